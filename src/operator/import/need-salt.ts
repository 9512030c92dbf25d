import { Refusal } from './refusal.ts'

/** The salt of a hash. @throws {Refusal} if there is none: with another salt no password would ever match the hash */
export function needSalt(salt: unknown): string {
  if (typeof salt !== 'string' || salt === '') throw new Refusal('password_hash has no salt')
  return salt
}
