import * as cv from 'class-validator'
import { joinCertainties } from '../../lib/validation/certainty.js'
import { isEverydayEmail } from '../../lib/validation/email.js'
import { ownRules } from '../../lib/validation/own-rules.js'
import { rulesOf } from '../../lib/validation/rules.js'
import { settingsOf } from '../../lib/validation/settings.js'
import { decorators, notDecorators } from './decorators.js'
import { fc } from '../support/properties.js'

const settings = settingsOf({})

function ruleOf(decorate: PropertyDecorator) {
  class Target {}
  decorate(Target.prototype, 'value')
  const [property] = rulesOf(Target, settings).properties
  return [...property!.presence, ...property!.checks][0]!
}

describe('the list of decorators', () => {
  it('names every property decorator that class-validator exports', () => {
    const exported = Object.keys(cv).filter(
      (name) => /^[A-Z][a-z]|^IsI|^IsU|^IsM/.test(name) && !/^[A-Z_0-9]+$/.test(name),
    )
    expect(exported.filter((name) => !(name in decorators) && !(name in notDecorators))).toEqual([])
  })
})

describe('recognising the rules of class-validator', () => {
  it.each([...ownRules().keys()])('recognises %s', (name) => {
    expect(ruleOf(ownRules().get(name)!.decorate({})).pure?.exact).toBeTypeOf('function')
    expect(ruleOf(ownRules().get(name)!.decorate({ each: true })).pure?.exact).toBeTypeOf('function')
  })

  it.each([
    ['of the same name and message', (value: unknown) => value === 1],
    ['that calls the original', (value: unknown) => cv.isString(value) && value !== 'blocked'],
  ])('does not take a rule for one of them %s', (_title, validate) => {
    const decorate: PropertyDecorator = (target, name) => {
      cv.registerDecorator({
        name: 'isString',
        target: target.constructor,
        propertyName: name as string,
        validator: { validate, defaultMessage: () => '$property must be a string' },
      })
    }
    expect(ruleOf(decorate).pure).toBeUndefined()
  })

  it('does not take a stricter e-mail rule built with the same means for the original', () => {
    const strict = (options?: cv.ValidationOptions) =>
      cv.ValidateBy(
        {
          name: cv.IS_EMAIL,
          constraints: [undefined],
          validator: {
            validate: (value, args) =>
              cv.isEmail(value, args?.constraints[0]) && !value.endsWith('@blocked.com'),
            defaultMessage: cv.buildMessage((each) => each + '$property must be an email', options),
          },
        },
        options,
      )
    expect(ruleOf(strict()).pure).toBeUndefined()
  })

  it('leaves Error as it found it', () => {
    const { stackTraceLimit, prepareStackTrace } = Error
    ruleOf(cv.IsEmail())
    expect([Error.stackTraceLimit, Error.prepareStackTrace]).toEqual([stackTraceLimit, prepareStackTrace])
  })
})

describe('shorter checks', () => {
  const address = fc
    .tuple(
      fc.array(
        fc.oneof(
          fc.constantFrom('.', '-', '+', '%', 'a', 'Z', '0', '_', '"', ' ', 'é', '\u017f', '\u212a'),
          fc.string(),
        ),
        {
          maxLength: 70,
        },
      ),
      fc.array(fc.constantFrom('a', 'b-', '-c', '.', '1', '_', 'com', 'é', 'x'.repeat(60), '\u212a', '@'), {
        maxLength: 9,
      }),
      fc.constantFrom(
        '.com',
        '.c',
        '.1a',
        '.museum',
        '',
        '.',
        `.${'y'.repeat(63)}`,
        `.${'y'.repeat(64)}`,
        '.xn--p1ai',
      ),
    )
    .map(([local, host, top]) => `${local.join('')}@${host.join('')}${top}`)

  it('accept no e-mail address that class-validator refuses', () => {
    const anything = fc.oneof(address, fc.emailAddress(), fc.string(), fc.anything())
    fc.assert(
      fc.property(anything, (value) => {
        if (isEverydayEmail(value)) expect(cv.isEmail(value)).toBe(true)
      }),
      { numRuns: 20_000 },
    )
  })

  it('accept the everyday addresses', () => {
    for (const value of ['jane.doe@example.com', 'a+b@mail.example.co.uk', 'X_1@a-b.io'])
      expect(isEverydayEmail(value)).toBe(true)
  })

  it('accept no text whose length class-validator refuses', () => {
    const text = fc.array(fc.constantFrom('a', 'é', '😀', '\ud83d', '\ude00', '\ufe0f', '\ufe0e', '👨‍👩‍👧'), {
      maxLength: 9,
    })
    fc.assert(
      fc.property(
        text.map((parts) => parts.join('')),
        fc.nat(8),
        fc.nat(8),
        (value, min, max) => {
          const isCertain = (least: number, most: number) =>
            joinCertainties([{ text: { min: least, max: Infinity } }, { text: { min: 0, max: most } }])(value)
          if (isCertain(min, max)) expect(cv.length(value, min, max)).toBe(true)
          if (isCertain(min, Infinity)) expect(cv.minLength(value, min)).toBe(true)
          if (isCertain(0, max)) expect(cv.maxLength(value, max)).toBe(true)
        },
      ),
      { numRuns: 20_000 },
    )
  })

  it.each([...ownRules()].filter(([, rule]) => rule.certain))(
    'of %s agree with class-validator',
    (name, rule) => {
      const constraints: Record<string, unknown[]> = {
        equals: ['a'],
        isIn: [['a', 1, Number.NaN]],
        isEnum: [{ A: 'a', One: 1, 1: 'One' }],
        min: [1],
        max: [1],
        isNumber: [{}],
        isLength: [1, 2],
        minLength: [1],
        maxLength: [1],
        matches: [/^a/],
        arrayMinSize: [1],
        arrayMaxSize: [1],
      }
      const mine = joinCertainties([rule.certain!(constraints[name] ?? [])!])
      const functions = cv as unknown as Record<string, (...args: unknown[]) => boolean>
      const theirs = functions[name === 'isLength' ? 'length' : name]!
      fc.assert(
        fc.property(
          fc.oneof(
            fc.constantFrom('a', 1, Number.NaN, '', 'ab', 'One', true, [], [1], [1, 2]),
            fc.anything(),
          ),
          (value) => {
            if (mine(value)) expect(theirs(value, ...(constraints[name] ?? []))).toBe(true)
          },
        ),
        { numRuns: 2_000 },
      )
    },
  )
})
