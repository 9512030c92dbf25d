/** What a step leaves to chance, drawn one after the other; zero is always the plainest choice, to which counterexamples shrink. */
export class Choices {
  readonly #numbers: readonly number[]
  #next = 0

  constructor(numbers: readonly number[]) {
    this.#numbers = numbers
  }

  below(limit: number): number {
    return (this.#numbers[this.#next++] ?? 0) % limit
  }

  of<Item>(list: readonly Item[]): Item | undefined {
    return list.length === 0 ? undefined : list[this.below(list.length)]
  }

  /** One of what is certainly there. */
  among<Item>(first: Item, ...others: Item[]): Item {
    return [first, ...others][this.below(others.length + 1)] as Item
  }

  /** So rarely that most steps are what people do. */
  oneIn(times: number): boolean {
    return this.below(times) === times - 1
  }
}
