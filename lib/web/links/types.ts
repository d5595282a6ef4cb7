/** What stands in a path or a host for a parameter. */
export type LinkValue = string | number | bigint | boolean

/** What stands in a query; undefined and null are left out, lists repeat the name. */
export type LinkQueryValue = LinkValue | Date | null | undefined | readonly (LinkValue | Date)[]

/** A query to write. */
export type LinkQuery = Readonly<Record<string, LinkQueryValue>>

declare global {
  // eslint-disable-next-line typescript/no-namespace -- the one form that applications can add to
  namespace Corbel {
    /**
     * The parameters of routes by name, for those who want links checked by the compiler.
     *
     * @example
     * declare global {
     *   namespace Corbel {
     *     interface RouteNames { 'photos.show': RouteParams<'/photos/:id'> }
     *   }
     * }
     */
    // eslint-disable-next-line typescript/no-empty-object-type -- filled by applications
    interface RouteNames {}
  }
}

/** The names that the application has declared, and any others. */
// eslint-disable-next-line typescript/no-redundant-type-constituents -- empty here, not where applications add to it
export type RouteName = keyof Corbel.RouteNames | (string & {})

/** The parameters of a route. */
export type LinkParams<Name> = Name extends keyof Corbel.RouteNames
  ? Corbel.RouteNames[Name]
  : Readonly<Record<string, LinkValue | null | undefined>>

/** What `link` takes behind the name: the parameters may be left out where none is required. */
export type LinkArguments<Name> =
  {} extends LinkParams<Name>
    ? [params?: LinkParams<Name>, query?: LinkQuery, options?: LinkOptions]
    : [params: LinkParams<Name>, query?: LinkQuery, options?: LinkOptions]

/** What a link needs beside its parameters. */
export interface LinkOptions {
  /** Of a route that has several; the default version if it is one of them. */
  readonly version?: string
  /** Makes an absolute URL: `https://shop.example.com`. Routes of a host keep theirs, and take scheme and port. */
  readonly origin?: string
}

type Letter =
  | 'a'
  | 'b'
  | 'c'
  | 'd'
  | 'e'
  | 'f'
  | 'g'
  | 'h'
  | 'i'
  | 'j'
  | 'k'
  | 'l'
  | 'm'
  | 'n'
  | 'o'
  | 'p'
  | 'q'
  | 'r'
  | 's'
  | 't'
  | 'u'
  | 'v'
  | 'w'
  | 'x'
  | 'y'
  | 'z'
type NameCharacter =
  Letter | Uppercase<Letter> | '0' | '1' | '2' | '3' | '4' | '5' | '6' | '7' | '8' | '9' | '_' | '$'

/** The name at the beginning of a text, and what is behind it. */
type TakeName<Text extends string, Name extends string = ''> = Text extends `${infer First}${infer Rest}`
  ? First extends NameCharacter
    ? TakeName<Rest, `${Name}${First}`>
    : [Name, Text]
  : [Name, '']

/** What is behind a constraint in parentheses, if one stands at the beginning. */
type SkipConstraint<Text extends string, Depth extends unknown[] = []> = Depth extends []
  ? Text extends `(${infer Rest}`
    ? SkipConstraint<Rest, [0]>
    : Text
  : Text extends `${infer First}${infer Rest}`
    ? First extends '('
      ? SkipConstraint<Rest, [0, ...Depth]>
      : First extends ')'
        ? Depth extends [unknown, ...infer Outer]
          ? Outer extends []
            ? Rest
            : SkipConstraint<Rest, Outer>
          : Rest
        : SkipConstraint<Rest, Depth>
    : ''

type Found = { readonly needed: string; readonly optional: string }

type Add<To extends Found, Name extends string, IsOptional> = IsOptional extends true
  ? { readonly needed: To['needed']; readonly optional: To['optional'] | Name }
  : { readonly needed: To['needed'] | Name; readonly optional: To['optional'] }

type Walk<
  Text extends string,
  InGroup extends boolean,
  To extends Found = { readonly needed: never; readonly optional: never },
> = Text extends `\\${infer _}${infer Rest}`
  ? Walk<Rest, InGroup, To>
  : Text extends `{${infer Rest}`
    ? Walk<Rest, true, To>
    : Text extends `}${infer Rest}`
      ? Walk<Rest, false, To>
      : Text extends `:${infer Rest}`
        ? TakeName<Rest> extends [infer Name extends string, infer Behind extends string]
          ? SkipConstraint<Behind> extends `?${infer After}`
            ? Walk<After, InGroup, Add<To, Name, true>>
            : Walk<SkipConstraint<Behind>, InGroup, Add<To, Name, InGroup>>
          : never
        : Text extends `*${infer Rest}`
          ? TakeName<Rest> extends [infer Name extends string, infer Behind extends string]
            ? Walk<Behind, InGroup, Add<To, Name extends '' ? '*' : Name, InGroup>>
            : never
          : Text extends `${infer _}${infer Rest}`
            ? Walk<Rest, InGroup, To>
            : To

/**
 * The parameters of a path pattern, as types.
 *
 * @example
 * type Params = RouteParams<'/users/:userId/photos/:id(\\d+){/:size}'> // { userId, id, size? }
 */
export type RouteParams<Pattern extends string> = Readonly<
  Record<Walk<Pattern, false>['needed'], LinkValue> &
    Partial<Record<Walk<Pattern, false>['optional'], LinkValue>>
>
