export { ActorSpanExporter } from './exporter.js';
