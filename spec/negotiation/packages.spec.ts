import {
  cborSerializer,
  csvSerializer,
  messagePackSerializer,
  xmlSerializer,
  yamlSerializer,
  type Serializer,
} from 'corbel'

const missing = (name: string) => {
  throw Object.assign(new Error(`Cannot find module '${name}'`), { code: 'MODULE_NOT_FOUND' })
}

describe('a form whose package is not installed', () => {
  it.each<[string, Serializer]>([
    ['fast-xml-parser', xmlSerializer({ load: missing })],
    ['csv-stringify', csvSerializer({ load: missing })],
    ['yaml', yamlSerializer(missing)],
    ['msgpackr', messagePackSerializer(missing)],
    ['cbor-x', cborSerializer(missing)],
  ])('says how to install %s', (name, serializer) => {
    expect(() => serializer.prepare?.()).toThrow(`npm install ${name}`)
  })

  it('keeps other errors of loading as they are', () => {
    const broken = new Error('broken')
    const load = () => {
      throw broken
    }
    expect(() => yamlSerializer(load).prepare?.()).toThrow(broken)
    expect(() => csvSerializer({ load }).prepare?.()).toThrow(broken)
  })
})

describe('options', () => {
  const context = { json: JSON.stringify, type: '' }

  it('of CSV choose columns, delimiter, marks and protection', () => {
    const rows = [{ a: '=1', b: 2, c: 3 }]
    const write = (serializer: Serializer) => serializer.serialize(rows, context)
    expect(write(csvSerializer({ columns: ['c', 'a', 'x'], delimiter: ';' }))).toBe("c;a;x\r\n3;'=1;\r\n")
    expect(write(csvSerializer({ escapeFormulas: false, bom: true }))).toBe('\ufeffa,b,c\r\n=1,2,3\r\n')
    expect(csvSerializer().serialize([[1, 'x,y'], [2]], context)).toBe('1,"x,y"\r\n2\r\n')
  })

  it('of XML name its elements', () => {
    const serializer = xmlSerializer({ root: 'users', item: 'user' })
    expect(serializer.serialize([{ id: 1 }, { id: 2 }], context)).toBe(
      '<?xml version="1.0" encoding="UTF-8"?><users><user><id>1</id></user><user><id>2</id></user></users>',
    )
  })
})
