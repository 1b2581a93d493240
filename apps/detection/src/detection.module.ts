import { Module } from '@nestjs/common';
import { BacktestsController } from './api/backtests.controller.js';
import { DetectorsController } from './api/detectors.controller.js';
import { NotificationsController } from './api/notifications.controller.js';
import { SamplesStart } from './samples-start.js';
import { SettingsCommands } from './settings/settings-commands.js';

@Module({
  controllers: [BacktestsController, DetectorsController, NotificationsController],
  providers: [SettingsCommands, SamplesStart],
})
export class DetectionModule {}
