import type { Endpoint, Leaf } from './leaf.js'
import type { TestedBranch, TreeNode } from './tree.js'

// What a node consists of, as places from its number on. Eight of 32 bits each: half a cache line.

/** First UTF-16 unit of the child in its first edge. */
export const FIRST = 0
/** How many edges it has: one for each unit from the first child's to the last child's. */
export const COUNT = 1
/** Where its edges begin; an edge without a child is 0. */
export const EDGES = 2
/** Length of the literal text that leads here, whose first unit was the edge. */
export const LENGTH = 3
/** Number of what a path that ends here has; 0 for nothing. */
export const LEAF = 4
/** Where the endpoints of that begin, one for each method. */
export const ENDPOINTS = 5
/**
 * What may follow other than a literal. Mostly a parameter that takes any segment, and nothing else: the node behind it.
 * Otherwise, below 0, the number of the branches; 0 for nothing.
 */
export const BRANCH = 6
/** Number of what is rare; 0 for nothing. */
export const RARE = 7
/** Size of a node as a power of 2. */
export const NODE_BITS = 3

/** A branch whose segment must be tested, its node by number. */
export type PackedBranch<T> = Omit<TestedBranch<T>, 'node' | 'shape'> & { readonly node: number }

/** What may follow a slash other than a literal, if it is more than one parameter. */
export interface PackedBranches<T> {
  readonly tested: readonly PackedBranch<T>[] | undefined
  /** The node behind a parameter that takes any segment; 0 for none. */
  readonly param: number
  readonly wildcard: Leaf<T> | undefined
}

/** What hardly any node has. */
export interface Rare<T> {
  /** Children that begin with a unit outside ASCII: far apart. */
  readonly wide: ReadonlyMap<number, number> | undefined
  /** What a wildcard answers that needs no slash, if the path ends here. */
  readonly bareWildcard: Leaf<T> | undefined
}

/**
 * The tree as it is walked: all nodes side by side in one piece of memory, since in large tables a match costs what it has
 * to fetch from memory. Node 0 is the root; as nothing leads there, 0 also stands for nothing.
 */
export class PackedTree<T> {
  readonly nodes: Int32Array
  readonly edges: Int32Array
  /** By node; equal ones are one string. */
  readonly texts: readonly string[]
  /** From 1 on, like the branches and what is rare. */
  readonly leaves: readonly (Leaf<T> | undefined)[]
  readonly branches: readonly (PackedBranches<T> | undefined)[]
  readonly rares: readonly (Rare<T> | undefined)[]
  /** Of all leaves, by method number. */
  readonly endpoints: readonly (Endpoint<T> | undefined)[]

  /** @param root of the tree that was built, its leaves sealed */
  constructor(root: TreeNode<T>) {
    const packer = new Packer<T>()
    packer.add(root)
    this.nodes = Int32Array.from(packer.nodes)
    this.edges = Int32Array.from(packer.edges)
    this.texts = packer.texts
    this.leaves = packer.leaves
    this.branches = packer.branches
    this.rares = packer.rares
    this.endpoints = packer.endpoints
  }

  /**
   * Gives the child of a node whose text begins with a unit.
   *
   * @param node its number
   * @param unit of UTF-16
   * @returns the child's number, its text beyond the first unit still to be compared; 0 for none
   */
  child(node: number, unit: number): number {
    const { nodes } = this
    const index = unit - nodes[node + FIRST]!
    if (index >= 0 && index < nodes[node + COUNT]!) return this.edges[nodes[node + EDGES]! + index]!
    const rare = nodes[node + RARE]!
    return rare === 0 ? 0 : (this.rares[rare]!.wide?.get(unit) ?? 0)
  }
}

class Packer<T> {
  readonly nodes: number[] = []
  readonly edges: number[] = []
  readonly texts: string[] = []
  readonly leaves: (Leaf<T> | undefined)[] = [undefined]
  readonly branches: (PackedBranches<T> | undefined)[] = [undefined]
  readonly rares: (Rare<T> | undefined)[] = [undefined]
  readonly endpoints: (Endpoint<T> | undefined)[] = []
  private readonly known = new Map<string, string>()

  /** Adds a node and all below it: what is walked one after the other lies close together. */
  add(node: TreeNode<T>): number {
    const { nodes, edges } = this
    const at = nodes.length
    nodes.push(0, 0, 0, node.text.length, 0, 0, 0, 0)
    this.texts.push(this.flat(node.text))
    const narrow = [...node.children.keys()].filter((unit) => unit < 128)
    if (narrow.length > 0) {
      const first = Math.min(...narrow)
      nodes[at + FIRST] = first
      nodes[at + COUNT] = Math.max(...narrow) - first + 1
      nodes[at + EDGES] = edges.length
      for (let count = nodes[at + COUNT]!; count > 0; count -= 1) edges.push(0)
      for (const unit of narrow) edges[nodes[at + EDGES]! + unit - first] = this.add(node.children.get(unit)!)
    }
    if (node.leaf !== undefined) {
      nodes[at + LEAF] = this.leaves.push(node.leaf) - 1
      nodes[at + ENDPOINTS] = this.endpoints.length
      this.endpoints.push(...node.leaf.byMethod)
    }
    this.addBranches(node, at)
    this.addRare(node, at)
    return at
  }

  private addBranches({ branches }: TreeNode<T>, at: number): void {
    if (branches === undefined) return
    const { tested, param, wildcard } = branches
    const behind = param === undefined ? 0 : this.add(param)
    if (tested === undefined && wildcard === undefined) this.nodes[at + BRANCH] = behind
    else {
      const packed = tested?.map(({ constraint, mixed, values, node }) => {
        return { constraint, mixed, values, node: this.add(node) }
      })
      this.nodes[at + BRANCH] = 1 - this.branches.push({ tested: packed, param: behind, wildcard })
    }
  }

  private addRare({ children, bareWildcard }: TreeNode<T>, at: number): void {
    const wide = [...children].filter(([unit]) => unit >= 128)
    if (wide.length === 0 && bareWildcard === undefined) return
    const numbers = new Map(wide.map(([unit, child]) => [unit, this.add(child)]))
    this.nodes[at + RARE] =
      this.rares.push({ wide: wide.length === 0 ? undefined : numbers, bareWildcard }) - 1
  }

  /** Texts were cut and joined: parsed anew, each is one flat piece of memory, and quick to compare. */
  private flat(text: string): string {
    const known = this.known.get(text)
    if (known !== undefined) return known
    const flat = String(JSON.parse(JSON.stringify(text)))
    this.known.set(text, flat)
    return flat
  }
}
