import { asName, type Fields, field, firstField, isYes } from '../entry.ts'
import type { Format } from '../format.ts'

/**
 * What `aws cognito-idp list-users` prints, or the CSV of Cognito's own import. Neither has hashes.
 * https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-using-import-tool-csv-header.html
 */
export const cognito: Format = {
  layout: { lists: ['Users'] },
  find: (record) => {
    const said = { ...record, ...attributesOf(record.Attributes ?? record.UserAttributes) }
    return {
      email: field(said, 'email'),
      isVerified: isYes(said.email_verified),
      isDisabled: record.Enabled !== undefined && !isYes(record.Enabled),
      names: [
        firstField(said, 'preferred_username', 'nickname'),
        nameIn(firstField(said, 'cognito:username', 'Username')),
      ],
      displayName: field(said, 'name') ?? [said.given_name, said.family_name].filter(Boolean).join(' '),
      createdAt: firstField(said, 'UserCreateDate'),
    }
  },
}

/** In pools with sign-in by address the user name is a UUID or the address; then this returns undefined. */
const nameIn = (username: unknown): unknown => (/^[0-9a-f-]{36}$/.test(String(username)) ? undefined : asName(username))

const attributesOf = (list: unknown): Fields =>
  Object.fromEntries(Array.isArray(list) ? list.map((one) => [field(one, 'Name'), field(one, 'Value')]) : [])
