import type { Change } from './compare.ts'

/**
 * Types that differ from the installed ones as the contracts do. `isMarked` writes the route into each new code, so
 * that the compiler's message says of which route it is.
 */
export function changedTypes(changes: readonly Change[], { isMarked }: { readonly isMarked: boolean }): string {
  const gained = table(changes, ({ breaks, code, subject }) =>
    breaks || code === undefined ? undefined : isMarked ? marked(code, subject) : code,
  )
  const lost = table(changes, ({ breaks, code }) => (breaks ? code : undefined))
  const lostFields = table(changes, ({ lostField }) => lostField)
  return `import type { Routes as Installed } from './installed.js'
export * from './installed.js'
interface Gained ${gained}
interface Lost ${lost}
interface LostFields ${lostFields}
type Of<Table, Name> = Name extends keyof Table ? Table[Name] : never
type Below<Path, Key extends string> = Path extends \`\${Key}[].\${infer Rest}\`
  ? Rest
  : Path extends \`\${Key}.\${infer Rest}\` ? Rest : never
type Without<Data, Path> = [Path] extends [never]
  ? Data
  : Data extends readonly (infer Item)[]
    ? readonly Without<Item, Path>[]
    : Data extends object
      ? { [Key in keyof Data as Key extends Path ? never : Key]: Without<Data[Key], Below<Path, Key & string>> }
      : Data
type Changed<Operation, Name> = {
  [Key in keyof Operation]: Key extends 'code'
    ? Exclude<Operation[Key], Of<Lost, Name>> | Of<Gained, Name>
    : Key extends 'data' ? Without<Operation[Key], Of<LostFields, Name>> : Operation[Key]
}
export type Routes = {
  [Path in keyof Installed]: {
    [Method in keyof Installed[Path]]: Changed<Installed[Path][Method], \`\${Method & string} \${Path & string}\`>
  }
}
`
}

/** A code as the marked types have it. */
export const marked = (code: string, route: string): string => `${code} (${route})`

/** An interface with a union of texts for each operation. */
function table(changes: readonly Change[], read: (change: Change) => string | undefined): string {
  const texts = changes.flatMap((change) => {
    const text = read(change)
    return text === undefined ? [] : [{ subject: change.subject, text: JSON.stringify(text) }]
  })
  const rows = [...new Set(texts.map(({ subject }) => subject))].map(
    (subject) =>
      `  ${JSON.stringify(subject)}: ${texts.flatMap((one) => (one.subject === subject ? one.text : [])).join(' | ')}`,
  )
  return `{\n${rows.join('\n')}\n}`
}
