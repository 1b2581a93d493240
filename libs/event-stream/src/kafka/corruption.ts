/**
 * Whether a failed fetch met a record batch whose checksum is wrong (K9; our patch of kafkajs makes it check). Its
 * retries wrap the first error into others.
 */
export function isCorruption(reason: unknown): reason is Error {
  for (let error = reason; error instanceof Error; error = error.cause) {
    if (error.name === 'KafkaJSCorruptRecordBatch') return true;
  }
  return false;
}
