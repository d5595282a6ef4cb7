import * as cv from 'class-validator'

/** A class-validator decorator as the generated classes use it. */
export type Apply = (options?: cv.ValidationOptions) => PropertyDecorator

@cv.ValidatorConstraint({ name: 'evenLength' })
class EvenLength implements cv.ValidatorConstraintInterface {
  validate(value: unknown, args: cv.ValidationArguments) {
    return typeof value === 'string' && value.length % 2 === 0 && typeof args.object === 'object'
  }
  defaultMessage() {
    return '$property of $target should be of even length, not $value ($constraint1)'
  }
}

@cv.ValidatorConstraint({ async: true })
class Slow implements cv.ValidatorConstraintInterface {
  async validate(value: unknown) {
    await Promise.resolve()
    return value !== 'taken'
  }
}

const inline: Apply = (options) => (target, name) => {
  cv.registerDecorator({
    name: 'knowsSiblings',
    target: target.constructor,
    propertyName: name as string,
    constraints: ['b'],
    ...(options && { options }),
    validator: {
      validate: (value, args) =>
        (args!.object as Record<string, unknown>)[args!.constraints[0] as string] !== value,
    },
  })
}

/** An application's own rule that happens to be called like one of class-validator's. */
const impostor: Apply = (options) => (target, name) => {
  cv.registerDecorator({
    name: 'isString',
    target: target.constructor,
    propertyName: name as string,
    ...(options && { options }),
    validator: {
      validate: (value) => value === 'impostor',
      defaultMessage: () => '$property must be a string',
    },
  })
}

enum Colour {
  Red = 'red',
  Blue = 'blue',
}

/** Every property decorator that class-validator exports, by its name, and a few of the application's own. */
export const decorators: Record<string, Apply> = {
  ArrayContains: (o) => cv.ArrayContains([1], o),
  ArrayMaxSize: (o) => cv.ArrayMaxSize(2, o),
  ArrayMinSize: (o) => cv.ArrayMinSize(1, o),
  ArrayNotContains: (o) => cv.ArrayNotContains([1], o),
  ArrayNotEmpty: (o) => cv.ArrayNotEmpty(o),
  ArrayUnique: (o) => cv.ArrayUnique(o),
  Allow: (o) => cv.Allow(o),
  Contains: (o) => cv.Contains('a', o),
  Equals: (o) => cv.Equals('a', o),
  IsAlpha: (o) => cv.IsAlpha('en-US', o),
  IsAlphanumeric: (o) => cv.IsAlphanumeric('en-US', o),
  IsArray: (o) => cv.IsArray(o),
  IsAscii: (o) => cv.IsAscii(o),
  IsBIC: (o) => cv.IsBIC(o),
  IsBase32: (o) => cv.IsBase32(o),
  IsBase58: (o) => cv.IsBase58(o),
  IsBase64: (o) => cv.IsBase64({}, o),
  IsBoolean: (o) => cv.IsBoolean(o),
  IsBooleanString: (o) => cv.IsBooleanString(o),
  IsBtcAddress: (o) => cv.IsBtcAddress(o),
  IsByteLength: (o) => cv.IsByteLength(1, 4, o),
  IsCreditCard: (o) => cv.IsCreditCard(o),
  IsCurrency: (o) => cv.IsCurrency({}, o),
  IsDataURI: (o) => cv.IsDataURI(o),
  IsDate: (o) => cv.IsDate(o),
  IsDateString: (o) => cv.IsDateString({}, o),
  IsDecimal: (o) => cv.IsDecimal({}, o),
  IsDefined: (o) => cv.IsDefined(o),
  IsDivisibleBy: (o) => cv.IsDivisibleBy(3, o),
  IsEAN: (o) => cv.IsEAN(o),
  IsEmail: (o) => cv.IsEmail(undefined, o),
  IsEmpty: (o) => cv.IsEmpty(o),
  IsEnum: (o) => cv.IsEnum(Colour, o),
  IsEthereumAddress: (o) => cv.IsEthereumAddress(o),
  IsFQDN: (o) => cv.IsFQDN({}, o),
  IsFirebasePushId: (o) => cv.IsFirebasePushId(o),
  IsFullWidth: (o) => cv.IsFullWidth(o),
  IsHSL: (o) => cv.IsHSL(o),
  IsHalfWidth: (o) => cv.IsHalfWidth(o),
  IsHash: (o) => cv.IsHash('md5', o),
  IsHexColor: (o) => cv.IsHexColor(o),
  IsHexadecimal: (o) => cv.IsHexadecimal(o),
  IsIBAN: (o) => cv.IsIBAN({}, o),
  IsIP: (o) => cv.IsIP(4, o),
  IsISBN: (o) => cv.IsISBN('10', o),
  IsISIN: (o) => cv.IsISIN(o),
  IsISO31661Alpha2: (o) => cv.IsISO31661Alpha2(o),
  IsISO31661Alpha3: (o) => cv.IsISO31661Alpha3(o),
  IsISO31661Numeric: (o) => cv.IsISO31661Numeric(o),
  IsISO4217CurrencyCode: (o) => cv.IsISO4217CurrencyCode(o),
  IsISO6391: (o) => cv.IsISO6391(o),
  IsISO8601: (o) => cv.IsISO8601({}, o),
  IsISRC: (o) => cv.IsISRC(o),
  IsISSN: (o) => cv.IsISSN({}, o),
  IsIdentityCard: (o) => cv.IsIdentityCard('ES', o),
  IsIn: (o) => cv.IsIn(['a', 1, true], o),
  IsInstance: (o) => cv.IsInstance(Date, o),
  IsInt: (o) => cv.IsInt(o),
  IsJSON: (o) => cv.IsJSON(o),
  IsJWT: (o) => cv.IsJWT(o),
  IsLatLong: (o) => cv.IsLatLong(o),
  IsLatitude: (o) => cv.IsLatitude(o),
  IsLocale: (o) => cv.IsLocale(o),
  IsLongitude: (o) => cv.IsLongitude(o),
  IsLowercase: (o) => cv.IsLowercase(o),
  IsMACAddress: (o) => cv.IsMACAddress({}, o),
  IsMagnetURI: (o) => cv.IsMagnetURI(o),
  IsMilitaryTime: (o) => cv.IsMilitaryTime(o),
  IsMimeType: (o) => cv.IsMimeType(o),
  IsMobilePhone: (o) => cv.IsMobilePhone('de-DE', {}, o),
  IsMongoId: (o) => cv.IsMongoId(o),
  IsMultibyte: (o) => cv.IsMultibyte(o),
  IsNegative: (o) => cv.IsNegative(o),
  IsNotEmpty: (o) => cv.IsNotEmpty(o),
  IsNotEmptyObject: (o) => cv.IsNotEmptyObject({ nullable: true }, o),
  IsNotIn: (o) => cv.IsNotIn(['a', 1], o),
  IsNumber: (o) => cv.IsNumber({ maxDecimalPlaces: 1 }, o),
  IsNumberString: (o) => cv.IsNumberString({}, o),
  IsObject: (o) => cv.IsObject(o),
  IsOctal: (o) => cv.IsOctal(o),
  IsOptional: (o) => cv.IsOptional(o),
  IsPassportNumber: (o) => cv.IsPassportNumber('DE', o),
  IsPhoneNumber: (o) => cv.IsPhoneNumber('DE', o),
  IsPort: (o) => cv.IsPort(o),
  IsPositive: (o) => cv.IsPositive(o),
  IsPostalCode: (o) => cv.IsPostalCode('DE', o),
  IsRFC3339: (o) => cv.IsRFC3339(o),
  IsRgbColor: (o) => cv.IsRgbColor(true, o),
  IsSemVer: (o) => cv.IsSemVer(o),
  IsString: (o) => cv.IsString(o),
  IsStrongPassword: (o) => cv.IsStrongPassword({}, o),
  IsSurrogatePair: (o) => cv.IsSurrogatePair(o),
  IsTaxId: (o) => cv.IsTaxId('de-DE', o),
  IsTimeZone: (o) => cv.IsTimeZone(o),
  IsUUID: (o) => cv.IsUUID('4', o),
  IsUppercase: (o) => cv.IsUppercase(o),
  IsUrl: (o) => cv.IsUrl({}, o),
  IsVariableWidth: (o) => cv.IsVariableWidth(o),
  Length: (o) => cv.Length(2, 4, o),
  Matches: (o) => cv.Matches(/^a/, o),
  Max: (o) => cv.Max(10, o),
  MaxDate: (o) => cv.MaxDate(new Date(0), o),
  MaxLength: (o) => cv.MaxLength(3, o),
  Min: (o) => cv.Min(1, o),
  MinDate: (o) => cv.MinDate(new Date(0), o),
  MinLength: (o) => cv.MinLength(2, o),
  NotContains: (o) => cv.NotContains('a', o),
  NotEquals: (o) => cv.NotEquals('a', o),
  Validate: (o) => cv.Validate(EvenLength, ['one', ['two', 'three']], o),
  ValidateBy: (o) =>
    cv.ValidateBy(
      {
        name: 'byHand',
        constraints: [1],
        validator: { validate: (value) => value !== 'taken', defaultMessage: () => '$property $constraint1' },
      },
      o,
    ),
  ValidateIf: (o) => cv.ValidateIf((object: Record<string, unknown>, value) => object['b'] !== value, o),
  ValidateNested: (o) => cv.ValidateNested(o),
  ValidatePromise: (o) => cv.ValidatePromise(o),
  // the application's own
  slow: (o) => cv.Validate(Slow, o),
  inline,
  impostor,
}

/** The same decorators with other arguments: what is compiled depends on them. */
export const variants: Record<string, Apply> = {
  'ArrayUnique by identifier': (o) => cv.ArrayUnique((item: unknown) => typeof item, o),
  'Equals an object': (o) => cv.Equals({}, o),
  'IsDivisibleBy zero': (o) => cv.IsDivisibleBy(0, o),
  'IsEmail with options': (o) => cv.IsEmail({ allow_display_name: true, require_tld: false }, o),
  'IsEnum of numbers': (o) => cv.IsEnum({ One: 1, 1: 'One' }, o),
  'IsIn nothing': (o) => cv.IsIn([], o),
  'IsISO8601 strict': (o) => cv.IsISO8601({ strict: true }, o),
  'IsNumber, any': (o) => cv.IsNumber({ allowNaN: true, allowInfinity: true }, o),
  'IsNumber, finite': (o) => cv.IsNumber(undefined, o),
  'IsUUID of any version': (o) => cv.IsUUID(undefined, o),
  'Length without an upper bound': (o) => cv.Length(1, undefined, o),
  'Matches globally': (o) => cv.Matches(/a/g, o),
  'Matches a text': (o) => cv.Matches('^A', 'i', o),
  'MaxLength zero': (o) => cv.MaxLength(0, o),
  'Min of a negative number': (o) => cv.Min(-1.5, o),
  'MinDate of a function': (o) => cv.MinDate(() => new Date(0), o),
  'MinLength zero': (o) => cv.MinLength(0, o),
}

/** Upper-case exports of class-validator that are no property decorators, each with what it is. */
export const notDecorators: Record<string, string> = {
  MetadataStorage: 'the store of the records',
  ValidationError: 'the class of the errors',
  ValidationTypes: 'names of the kinds of records',
  Validator: 'the library itself, as an object',
  ValidatorConstraint: 'stands on classes; used by EvenLength and Slow',
}
