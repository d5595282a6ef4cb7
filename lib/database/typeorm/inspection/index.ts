export {
  inspectDatabase,
  type ColumnInspection,
  type IndexInspection,
  type ReferenceInspection,
  type TableInspection,
} from './inspect.js'
