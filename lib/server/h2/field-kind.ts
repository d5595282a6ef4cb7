/** What a field means to the engine; kept in the field, so that those of tables are looked at once. */
export const enum FieldKind {
  Unknown,
  Plain,
  Method,
  Scheme,
  Authority,
  Path,
  Protocol,
  Host,
  ContentLength,
  Cookie,
  Expect,
  Priority,
  /** Refused wherever it is. */
  Malformed,
}
