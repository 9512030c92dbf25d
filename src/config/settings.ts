import type { Config, Source } from './config.ts'
import { type VariableName, variableList, type variables } from './variables.ts'

export type Setting = {
  readonly name: VariableName
  readonly group: string
  readonly meaning: string
  readonly source: Source | 'default'
  readonly isSecret: boolean
  /** Absent if nothing is set, and for a secret, of which only `source` says whether it is set. */
  readonly value?: string
}

type Variables = typeof variables
/** The fields of the variables that are not secret; a value that cannot be written as text does not compile. */
type Shown = {
  [Name in VariableName as Variables[Name] extends { readonly secret: true }
    ? never
    : Variables[Name]['field']]: Config[Variables[Name]['field']]
}
type Writable = string | number | readonly string[] | ReadonlySet<string> | undefined

function shownOf(config: Config): Readonly<Record<string, Writable>> {
  const shown: { readonly [Field in keyof Shown]: Writable } = config
  return shown
}

const mostListed = 20

function write(value: Exclude<Writable, undefined>): string {
  if (typeof value === 'string' || typeof value === 'number') return String(value)
  const all = [...value]
  const listed = all.slice(0, mostListed).join(',')
  return all.length > mostListed ? `${listed}, and ${all.length - mostListed} more` : listed
}

/** Every variable with its value, which nothing of a secret is. */
export function describeSettings(config: Config): Setting[] {
  const values = shownOf(config)
  return variableList.map(({ name, field, group, meaning, secret: isSecret = false }) => {
    const value = isSecret ? undefined : values[field]
    const source = config.sources[name] ?? 'default'
    return { name, group, meaning, source, isSecret, ...(value !== undefined && { value: write(value) }) }
  })
}
