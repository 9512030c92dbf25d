/** Why an account is refused. The message never contains the account's values. */
export class Refusal extends Error {}
