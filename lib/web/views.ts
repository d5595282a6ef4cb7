import { defineError, type MaybePromise } from '../common/index.js'

/** A view to render where no engine was set. */
export const ViewEngineMissing = defineError<{ user: string; view: string }>(
  'CORBEL_VIEW_ENGINE_MISSING',
  '{user} renders the view "{view}", but there is no view engine. Call app.setViewEngine(nunjucksViews()), from corbel/views, before listen().',
)

/** A package that was named as view engine and is none. */
export const ViewEngineInvalid = defineError<{ package: string }>(
  'CORBEL_VIEW_ENGINE_INVALID',
  'The package {package} has no __express to render with. Give app.setViewEngine() an engine, or app.engine() a renderer.',
)

/** A view that is in none of the folders. */
export const ViewUnknown = defineError<{ view: string; folders: string }>(
  'CORBEL_VIEW_UNKNOWN',
  'There is no view "{view}" in {folders}. Create the file, or name its folder with app.setBaseViewsDir().',
)

/** Makes text of a view and its values. */
export interface ViewEngine {
  /**
   * Renders a view.
   *
   * @param view its name, without folder; may come from outside
   * @param locals what the view shows
   * @throws {CorbelError} CORBEL_VIEW_UNKNOWN if there is no such view
   */
  render(view: string, locals: Readonly<Record<string, unknown>>): MaybePromise<string>
  /** Asked at boot for each view that is declared: throws if it cannot be rendered. */
  check?(view: string): void
}

/** What an engine has to know of the application. */
export interface ViewSettings {
  /** Absolute paths, asked in order. */
  readonly folders: readonly string[]
  /** True if changes of files are to be seen without a restart. */
  readonly development: boolean
}

/** Makes an engine when the application is initialised. */
export type ViewEngineFactory = (settings: ViewSettings) => ViewEngine

/** What `setViewEngine` takes: an engine, what makes one, or the name of a package with Express's `__express`. */
export type ViewEngineChoice = string | ViewEngine | ViewEngineFactory

/** What the application says of its views. */
export interface ViewOptions {
  engine: ViewEngineChoice | undefined
  /** `views` in the working directory by default. */
  folders: readonly string[]
}
