import { type Variable, variables } from './config-variables.ts'

const entries = Object.entries(variables) as [string, Variable<unknown>][]
const note = ({ secret, pending }: Variable<unknown>): string =>
  `${secret ? ' (or NAME_FILE)' : ''}${pending ? ' [not used yet]' : ''}`

/** The content of `.env.example`: every variable with its default, commented out. */
export function envExample(): string {
  const lines = entries.map(
    ([name, variable]) =>
      `# ${variable.meaning}${note(variable).replace('NAME', name)}\n#${name}=${variable.default ?? ''}\n`,
  )
  return `# Everything has a default: npm start works without this file. Uncomment what you change.\n\n${lines.join('\n')}`
}

/** The table of `docs/configuration.md`. */
export function configurationTable(): string {
  const rows = entries.map(
    ([name, variable]) =>
      `| ${name} | ${variable.default ? `\`${variable.default}\`` : 'none'} | ${variable.meaning.replaceAll('|', '\\|')}${note(variable).replace('NAME', name)} |`,
  )
  return ['| variable | default | meaning |', '|---|---|---|', ...rows].join('\n')
}
