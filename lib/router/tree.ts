import type { Constraint } from './constraint.js'
import { segmentShape, type ParsedRoute } from './parsed-route.js'
import { PackedTree } from './packed-tree.js'
import { foldCase, shield } from './path.js'
import { isLiteral, isPlainParam, UNNAMED, type PatternSegment } from './pattern.js'
import { Leaf } from './leaf.js'
import { MixedSegment } from './segment.js'

/**
 * The longest text of a node, in UTF-16 units. Up to here V8 copies a slice instead of pointing into the whole string, and
 * compares it natively: measured 12 ns for 4 to 12 units, 40 ns from 13 on, and 4 ns for each unit of a loop.
 */
const PIECE = 12

/** A child whose segment must be tested. */
export interface TestedBranch<T> {
  /** Equal for patterns that differ in parameter names only. */
  readonly shape: string
  readonly constraint: Constraint | undefined
  readonly mixed: MixedSegment | undefined
  /** Number of values that the segment gives. */
  readonly values: number
  readonly node: TreeNode<T>
}

/** What may follow a slash other than a literal. */
export class Branches<T> {
  /** The most specific first: mixed segments by weight, then constrained parameters in the order of declaration. */
  tested: TestedBranch<T>[] | undefined
  param: TreeNode<T> | undefined
  /** The rest of the path. */
  wildcard: Leaf<T> | undefined
}

/**
 * A node of the radix tree while it is built: literal text is shared by prefix, over several segments, and what is not
 * literal hangs on nodes that end with a slash. Every node is reached in one way and at one place of a path, and no pattern
 * leads back: a search visits a node once at most, so it is bounded by the size of the table, never exponential in the path.
 */
export class TreeNode<T> {
  /** Where a path may end. */
  leaf: Leaf<T> | undefined
  /** What a wildcard answers that needs no slash, if the path ends here. */
  bareWildcard: Leaf<T> | undefined
  /** What may follow other than a literal. Only after a slash. */
  branches: Branches<T> | undefined
  /** By the first UTF-16 unit of their text. */
  readonly children = new Map<number, TreeNode<T>>()

  constructor(
    /** Literal text that leads here; empty after a parameter. */
    public text: string,
  ) {}

  /**
   * Gives the node at the end of literal text, and makes it if need be.
   *
   * @param text to follow from here
   */
  descend(text: string): TreeNode<T> {
    if (text === '') return this
    const unit = text.charCodeAt(0)
    const child = this.children.get(unit)
    if (child === undefined)
      return this.adopt(new TreeNode<T>(text.slice(0, PIECE))).descend(text.slice(PIECE))
    let shared = 1
    while (shared < child.text.length && child.text[shared] === text[shared]) shared += 1
    if (shared === child.text.length) return child.descend(text.slice(shared))
    const parent = this.adopt(new TreeNode<T>(child.text.slice(0, shared)))
    child.text = child.text.slice(shared)
    parent.adopt(child)
    return parent.descend(text.slice(shared))
  }

  private adopt(child: TreeNode<T>): TreeNode<T> {
    this.children.set(child.text.charCodeAt(0), child)
    return child
  }
}

/** Puts the routes of one host into a tree. */
export class TreeBuilder<T> {
  private readonly root = new TreeNode<T>('')
  private readonly leaves = new Set<Leaf<T>>()
  /** Values of the pattern that has most. */
  values = 0
  private readonly nameLists = new Map<string, readonly string[]>()

  constructor(
    private readonly fold: boolean,
    private readonly strict: boolean,
  ) {}

  /**
   * Adds a route. Duplicates were refused before; the first would win.
   *
   * @param route its definition, its pattern parsed
   */
  add(route: ParsedRoute<T>): void {
    const { segments, ends, wildcard, trailingSlash } = route.pattern
    const slash = this.strict && trailingSlash ? '/' : ''
    const names: string[] = []
    let node = this.root
    // literal text since that node: followed only where something hangs on it, so that nodes are few and texts long
    let text = ''
    for (let depth = 0; ; depth += 1) {
      if (ends.includes(depth)) {
        const end = node.descend(text + (depth === 0 ? '/' : slash))
        this.declare((end.leaf ??= this.leaf()), route, [...names])
      }
      const segment = segments[depth]
      if (segment === undefined) break
      if (isLiteral(segment)) {
        text += `/${shield(this.folded(segment.texts[0]!))}`
        continue
      }
      names.push(...segment.params.map((param) => param.name))
      node = this.branch(node.descend(`${text}/`), segment)
      text = ''
    }
    // the unnamed wildcard has two customary names
    if (wildcard !== undefined) names.push(...(wildcard.name === UNNAMED ? [UNNAMED, '0'] : [wildcard.name]))
    this.values = Math.max(this.values, names.length)
    if (wildcard === undefined) return
    // a node on either side of the slash: in lenient tables a slash that ends the path is not walked over
    const before = node.descend(text)
    if (wildcard.optional) this.declare((before.bareWildcard ??= this.leaf()), route, names)
    const after = (before.descend('/').branches ??= new Branches<T>())
    this.declare((after.wildcard ??= this.leaf()), route, names)
  }

  /**
   * Finishes the tree.
   *
   * @param methods all methods that the table knows
   * @returns the form that is walked
   */
  seal(methods: readonly string[]): PackedTree<T> {
    for (const leaf of this.leaves) leaf.seal(methods)
    return new PackedTree(this.root)
  }

  private branch(node: TreeNode<T>, segment: PatternSegment): TreeNode<T> {
    const branches = (node.branches ??= new Branches<T>())
    const { constraint } = segment.params[0]!
    if (isPlainParam(segment) && constraint === undefined) return (branches.param ??= new TreeNode<T>(''))
    const shape = segmentShape(segment, this.fold)
    const known = branches.tested?.find((branch) => branch.shape === shape)
    if (known !== undefined) return known.node
    const mixed = isPlainParam(segment) ? undefined : new MixedSegment(segment, this.fold)
    const branch = { shape, constraint, mixed, values: segment.params.length, node: new TreeNode<T>('') }
    // sorting is stable: what weighs the same stays in the order of declaration
    const weight = (of: TestedBranch<T>) => of.mixed?.weight ?? -1
    branches.tested = [...(branches.tested ?? []), branch].sort((a, b) => weight(b) - weight(a))
    return branch.node
  }

  private folded(text: string): string {
    return this.fold ? foldCase(text) : text
  }

  private leaf(): Leaf<T> {
    const leaf = new Leaf<T>()
    this.leaves.add(leaf)
    return leaf
  }

  private declare(leaf: Leaf<T>, route: ParsedRoute<T>, names: readonly string[]): void {
    // equal lists of names are one object: fewer places in memory to go to
    const key = names.join()
    const known = this.nameLists.get(key) ?? names
    this.nameLists.set(key, known)
    leaf.declare(route.route, known, route.hostNames)
  }
}
