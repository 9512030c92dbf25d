import { type Variable, variableList } from './variables.ts'

const templates = new Map(variableList.map(({ name, default: template = '' }) => [name as string, template]))
const braces = /\{([^{}]+)\}/g

/** The default, with other variables' defaults filled in. Returns '' if it depends on the machine. */
function plainDefault(template: string): string {
  if (template.includes('{cores - 1}')) return ''
  return template.replace(braces, (whole, name: string) => {
    const inner = templates.get(name)
    return inner === undefined ? whole : plainDefault(inner)
  })
}

const withFile = ({ name, secret }: Variable): string => (secret ? `; from a file: ${name}_FILE` : '')

const groups = Map.groupBy(variableList, ({ group }) => group)

const exampleHead = `\
# Every variable with its default: nothing has to be set outside production. Uncomment what you change.
# Empty means unset. Of a secret NAME_FILE may name a file that holds it.
`

/** Variables of docker-compose.yml besides Postern's own. */
const composeSection = `
# --- Docker Compose alone (docs/operate.md): passwords without special characters, as they become parts of URLs ---

# of the role that owns the tables
#POSTGRES_PASSWORD=

# of the role with which the API works
#POSTGRES_API_PASSWORD=

# of Redis
#REDIS_PASSWORD=

# ports on 127.0.0.1: the API, the mails that Mailpit keeps, the proxy of the profile scale
#API_PORT=8080
#MAILPIT_PORT=8025
#PROXY_PORT=8088

# replicas of the API beside the first, with the profile scale
#API_REPLICAS=2

# scale: replicas behind a proxy, and a store for the pictures, for every command of docker compose
#COMPOSE_PROFILES=

# network of the API and its proxy; trusted to name the client's address
#EDGE_SUBNET=172.29.80.0/24
`

/** The content of `.env.example`. */
export function envExample(): string {
  const sections = [...groups].map(([group, rows]) => `\n# --- ${group} ---\n\n${rows.map(exampleEntry).join('\n')}`)
  return exampleHead + sections.join('') + composeSection
}

function exampleEntry(variable: Variable): string {
  const { name, default: template = '', meaning } = variable
  return `# ${meaning}${withFile(variable)}\n#${name}=${plainDefault(template)}\n`
}

/** The generated part of `docs/configuration.md`: one table for each group. */
export function configurationTable(): string {
  return [...groups].map(([group, rows]) => `## ${group}\n\n${tableHead}${rows.map(tableRow).join('')}`).join('\n')
}

const tableHead = '| variable | default | meaning |\n|---|---|---|\n'

function tableRow(variable: Variable): string {
  const { name, default: template, meaning } = variable
  const shown = template?.replace(braces, (whole, inner: string) =>
    templates.has(inner) || inner === 'cores - 1' ? inner : whole,
  )
  return `| ${name} | ${shown ? `\`${shown}\`` : 'none'} | ${meaning}${withFile(variable)} |\n`
}
