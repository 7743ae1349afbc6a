export {
  type BlobMaintenance,
  type BlobMaintenanceOptions,
  type MaintenanceReport,
  startBlobMaintenance,
} from './blob-maintenance.js';
