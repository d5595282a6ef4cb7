export { cborBody, messagePackBody } from './binary.js'
export { bodiesFeature } from './feature.js'
export { xmlBody, type XmlBodyOptions } from './xml.js'
