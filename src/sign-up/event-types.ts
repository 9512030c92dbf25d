export const signUpEvents = ['sign_up'] as const
