export const emailEvents = ['email_change_requested', 'email_changed', 'email_change_undone'] as const
