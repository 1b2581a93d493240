/** The yardstick of S1 and S2: Fastify as it comes, which reads a JSON body and answers how many items it had. */
import fastify from 'fastify';

const instance = fastify({ logger: false, bodyLimit: 16 * 1024 * 1024 });
instance.post('/', (request, reply) => {
  void reply.code(202).send({ accepted: Array.isArray(request.body) ? request.body.length : 1 });
});
const url = await instance.listen({ port: 0, host: '127.0.0.1' });
process.send?.({ url: `${url}/` });
process.once('disconnect', () => process.exit(0));
