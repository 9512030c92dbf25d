// Written from src/messages/en.json by npm run messages. Do not edit.
import type { Text } from './text.ts'

/** Every text of the mails, with what is filled in. */
export type MailTexts = {
  'mail.frame.copy_link': null
  'mail.frame.automatic': null
  'mail.frame.support': { address: Text }
  'mail.common.not_you': null
  'mail.common.not_your_password': null
  'mail.common.where_from': { has_program: 'other' | 'yes'; program: Text; has_address: 'other' | 'yes'; address: Text }
  'mail.common.code': { code: Text }
  'mail.common.never_asked': null
  'mail.common.take_back': { handle: Text; command: Text }
  'mail.common.all_admins': null
  'mail.account_deletion.subject': null
  'mail.account_deletion.received': null
  'mail.account_deletion.open': null
  'mail.account_deletion.button': null
  'mail.account_deletion.if_not': null
  'mail.admin_way_in.subject': null
  'mail.admin_way_in.connection': { handle: Text; provider: Text }
  'mail.admin_way_in.password': { handle: Text }
  'mail.admin_way_in.passkey_two': { handle: Text }
  'mail.admin_way_in.passkey_one': { handle: Text }
  'mail.admin_way_in.totp_two': { handle: Text }
  'mail.admin_way_in.totp_one': { handle: Text }
  'mail.admin_way_in.otherwise': { handle: Text }
  'mail.email_change.subject': null
  'mail.email_change.received': null
  'mail.email_change.open': null
  'mail.email_change.button': null
  'mail.email_change.if_not': null
  'mail.email_change_requested.subject': null
  'mail.email_change_requested.received': null
  'mail.email_change_requested.if_not': null
  'mail.email_changed_old.subject': null
  'mail.email_changed_old.changed': null
  'mail.email_changed_old.open': null
  'mail.email_changed_old.button': null
  'mail.email_changed_old.if_you': null
  'mail.email_changed_new.subject': null
  'mail.email_changed_new.changed': null
  'mail.impersonation_started.subject': null
  'mail.impersonation_started.started': { read_only: 'other' | 'yes'; until: Text }
  'mail.impersonation_started.reason': null
  'mail.impersonation_started.limits': null
  'mail.impersonation_started.end': null
  'mail.invitation.subject': null
  'mail.invitation.by_admin': { by: Text }
  'mail.invitation.by_operator': null
  'mail.invitation.message': null
  'mail.invitation.open': { until: Text }
  'mail.invitation.button': null
  'mail.invitation.if_not': null
  'mail.sign_in_code.subject_sign_in': null
  'mail.sign_in_code.subject_sign_up': null
  'mail.sign_in_code.open_sign_in': { minutes: number }
  'mail.sign_in_code.open_sign_up': { minutes: number }
  'mail.sign_in_code.enter_sign_in': { minutes: number }
  'mail.sign_in_code.enter_sign_up': { minutes: number }
  'mail.sign_in_code.or_open_sign_in': null
  'mail.sign_in_code.or_open_sign_up': null
  'mail.sign_in_code.button_sign_in': null
  'mail.sign_in_code.button_sign_up': null
  'mail.sign_in_code.if_not': null
  'mail.codes_rest.subject': null
  'mail.codes_rest.rest': null
  'mail.codes_rest.nobody': null
  'mail.role_granted.subject_admin': null
  'mail.role_granted.subject_mod': null
  'mail.role_granted.by_operator': { handle: Text; role: 'mod' | 'other'; limited: 'other' | 'yes'; until: Text }
  'mail.role_granted.by_admin': { by: Text; handle: Text; role: 'mod' | 'other'; limited: 'other' | 'yes'; until: Text }
  'mail.role_granted.expected': null
  'mail.role_granted.otherwise_admin': { command: Text }
  'mail.role_granted.otherwise_mod': { command: Text }
  'mail.role_granted.giver': { by: Text }
  'mail.oauth_linked.subject': null
  'mail.oauth_linked.linked': { provider: Text }
  'mail.oauth_unlinked.subject': null
  'mail.oauth_unlinked.unlinked': { provider: Text }
  'mail.provider_registered.subject': null
  'mail.provider_registered.registered': { by: Text; provider: Text; places: Text; email_verification: Text }
  'mail.provider_registered.otherwise': { by: Text }
  'mail.provider_deleted.subject': null
  'mail.provider_deleted.deleted': { by: Text; provider: Text; places: Text }
  'mail.provider_deleted.accounts': { accounts: number; without_other_way: number }
  'mail.provider_deleted.otherwise': { by: Text }
  'mail.provider_moved.subject': null
  'mail.provider_moved.changed': { by: Text; provider: Text }
  'mail.provider_moved.change': { what: Text; was: Text; is: Text }
  'mail.provider_moved.none': null
  'mail.provider_moved.back': null
  'mail.provider_moved.same': null
  'mail.provider_moved.accounts': { accounts: number; command: Text }
  'mail.provider_moved.otherwise': { by: Text }
  'mail.provider_move_confirmed.subject': null
  'mail.provider_move_confirmed.confirmed': { provider: Text; accounts: number }
  'mail.provider_move_confirmed.unknown': null
  'mail.passkey_added.subject': null
  'mail.passkey_added.added': { name: Text }
  'mail.passkey_added.if_not': null
  'mail.passkey_clone_suspected.subject': null
  'mail.passkey_clone_suspected.suspected': { name: Text }
  'mail.passkey_clone_suspected.advice': null
  'mail.passkey_deleted.subject': null
  'mail.passkey_deleted.deleted': { name: Text }
  'mail.passkeys_deleted.subject': null
  'mail.passkeys_deleted.deleted': { count: number }
  'mail.passkey_deleted.if_not': null
  'mail.password_reset.subject': null
  'mail.password_reset.asked': null
  'mail.password_reset.open': null
  'mail.password_reset.button': null
  'mail.password_reset.if_not': null
  'mail.first_password.subject': null
  'mail.first_password.asked': null
  'mail.first_password.button': null
  'mail.first_password.if_not': null
  'mail.no_password_notice.subject': null
  'mail.no_password_notice.asked': { providers: Text }
  'mail.no_password_notice.other_service': null
  'mail.no_password_notice.advice': null
  'mail.no_password_notice.if_not': null
  'mail.password_changed.subject': null
  'mail.password_changed.changed': null
  'mail.password_set.subject': null
  'mail.password_set.set': null
  'mail.password_breached.subject': null
  'mail.password_breached.leaked': null
  'mail.password_breached.advice': null
  'mail.password_was_reset.subject': null
  'mail.password_was_reset.reset': null
  'mail.password_was_reset.passkeys': { count: number }
  'mail.password_was_reset.providers': { providers: Text }
  'mail.password_was_reset.if_not': null
  'mail.used.passkey': null
  'mail.used.provider': { provider: Text; second: 'backup_code' | 'other' | 'passkey' | 'totp' }
  'mail.used.oauth': { second: 'backup_code' | 'other' | 'passkey' | 'totp' }
  'mail.used.mail': { second: 'backup_code' | 'other' | 'passkey' | 'totp' }
  'mail.used.password': { second: 'backup_code' | 'other' | 'passkey' | 'totp' }
  'mail.used.unknown': null
  'mail.advice.passkey': null
  'mail.advice.oauth': { second: 'backup_code' | 'other' | 'passkey' | 'totp' }
  'mail.advice.mail': { second: 'backup_code' | 'other' | 'passkey' | 'totp' }
  'mail.advice.password': { second: 'backup_code' | 'other' | 'passkey' | 'totp' }
  'mail.advice.unknown': null
  'mail.device_link.subject': null
  'mail.device_link.open': null
  'mail.device_link.button': null
  'mail.device_link.type': null
  'mail.device_link.or_open': null
  'mail.device_link.if_not_link': null
  'mail.device_link.if_not_code': null
  'mail.new_device.subject': null
  'mail.new_device.known': null
  'mail.new_device.if_not': null
  'mail.locked_out.subject': null
  'mail.locked_out.tried': null
  'mail.locked_out.if_you': null
  'mail.locked_out.if_not': null
  'mail.taken_back.subject': null
  'mail.taken_back.by_owner': null
  'mail.taken_back.by_operator': null
  'mail.taken_back.open': null
  'mail.taken_back.button': null
  'mail.taken_back.removed': { things: Text; since: Text }
  'mail.removed.totp': null
  'mail.removed.backup_codes': null
  'mail.removed.connection': { provider: Text }
  'mail.removed.sessions': { count: number }
  'mail.removed.devices': { count: number }
  'mail.removed.passkeys': { count: number }
  'mail.taken_back.nothing': { since: Text }
  'mail.taken_back.rest': null
  'mail.verify_email.subject': null
  'mail.verify_email.signed_up': { has_provider: 'other' | 'yes'; provider: Text; handle: Text; at: Text }
  'mail.verify_email.open': null
  'mail.verify_email.open_there': null
  'mail.verify_email.type_or_open': null
  'mail.verify_email.button': null
  'mail.verify_email.if_not': null
  'mail.registered_notice.subject': null
  'mail.registered_notice.tried': null
  'mail.registered_notice.if_you': null
  'mail.registered_notice.if_not': null
  'mail.totp_enabled.subject': null
  'mail.totp_enabled.on': null
  'mail.totp_enabled.if_not': null
  'mail.totp_disabled.subject': null
  'mail.totp_disabled.off': null
  'mail.backup_codes_regenerated.subject': null
  'mail.backup_codes_regenerated.new': null
  'mail.backup_code_used.subject': null
  'mail.backup_code_used.used': { left: number }
}
