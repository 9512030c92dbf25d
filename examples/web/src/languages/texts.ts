// Written from examples/web/messages/en.json by npm run messages. Do not edit.

/** Every text of the app, with what is filled in. */
export type Texts = {
  'page.skip': null
  'page.account': null
  'page.dismiss': null
  'page.inbox': null
  'page.language': null
  'page.loading': null
  'page.or': null
  'page.problem': null
  'action.sign_in': null
  'action.sign_out': null
  'action.save': null
  'action.cancel': null
  'action.confirm': null
  'action.continue': null
  'action.download': null
  'action.delete': null
  'action.search': null
  'action.show': null
  'action.hide': null
  'action.copy': null
  'action.use_passkey': null
  'said.impersonation_left': null
  'said.signed_out': null
  'said.saved': null
  'said.copied': null
  'said.not_copied': null
  'said.welcome': null
  'said.verified': null
  'said.account_deleted': null
  'said.new_link': null
  'wait.try_again': { time: string }
  'wait.resend': { time: string }
  'link.sign_in': null
  'link.back': null
  'link.start_again': null
  'link.other_address': null
  'link.new_link': null
  'field.email': null
  'field.new_email': null
  'field.handle': null
  'field.handle_hint': null
  'field.offered_handle_hint': null
  'field.name': null
  'field.name_hint': null
  'field.password': null
  'field.your_password': null
  'field.current_password': null
  'field.new_password': null
  'field.password_advice': null
  'field.password_hint': { count: number }
  'field.remember_me': null
  'field.app_code': null
  'field.mailed_code': null
  'field.code_hint': null
  'field.backup_code': null
  'field.backup_code_hint': null
  'field.use_backup_code': null
  'field.use_app': null
  'strength.too_short': null
  'strength.weak': null
  'strength.fair': null
  'strength.good': null
  'strength.strong': null
  'mailed.title': null
  'mailed.spam': null
  'mailed.resend_link': null
  'mailed.resend_code': null
  'mailed.same_code': null
  'check_mail.not_verified': { address: string }
  'check_mail.open_or_new': null
  'check_mail.link_sent': { address: string }
  'check_mail.code_sent': { address: string }
  'check_mail.where': null
  'check_mail.send': null
  'reset_sent.sent': { address: string }
  'reset_sent.open': null
  'reset_sent.again': null
  'new_device.why': null
  'new_device.open': null
  'new_device.again': null
  'sign_up.title': null
  'sign_up.submit': null
  'sign_up.have_account': { link: string }
  'impersonate.title': null
  'impersonate.what': null
  'impersonate.open': null
  'impersonate.banner': { read_only: 'other' | 'yes'; handle: string; until: string }
  'impersonate.leave': null
  'invitation.title': null
  'invitation.what': null
  'sign_in.passkey': null
  'sign_in.forgot': null
  'sign_in.by_email': null
  'sign_in.new_here': { link: string }
  'sign_in.create': null
  'sign_in.second_step': null
  'by_email.title': null
  'by_email.what': null
  'by_email.submit': null
  'by_email.sent': { address: string }
  'by_email.yes': null
  'by_email.careful': null
  'by_email.other_browser': null
  'forgot.submit': null
  'provider.continue': { provider: string }
  'provider.connect': { provider: string }
  'provider.title': null
  'provider.cancelled': null
  'provider.failed': null
  'provider.busy': null
  'provider.login': null
  'provider.interaction': null
  'provider.consent': null
  'provider.refused': null
  'provider.connected': null
  'provider.almost_done': null
  'provider.creating': { address: string }
  'verify_email.title': null
  'verify_email.what': null
  'verify_email.submit': null
  'verify_email.already': null
  'verify_device.title': null
  'verify_device.careful': null
  'verify_device.done': null
  'reset_password.title': null
  'reset_password.what': null
  'reset_password.submit': null
  'reset_password.done': null
  'confirm_change.title': null
  'confirm_change.what': null
  'confirm_change.submit': null
  'confirm_change.done': null
  'undo_change.title': null
  'undo_change.what': null
  'undo_change.submit': null
  'undo_change.done': null
  'deletion.title': null
  'deletion.what': null
  'deletion.submit': null
  'offer.title': null
  'offer.instead': null
  'offer.how': null
  'offer.safe': null
  'offer.create': null
  'offer.not_now': null
  'offer.upgraded': null
  'profile.title': null
  'profile.picture': null
  'profile.details': null
  'profile.about': null
  'profile.about_hint': { count: number }
  'profile.choose': null
  'profile.choose_hint': { count: number }
  'profile.upload': null
  'profile.updated': null
  'profile.remove': null
  'profile.removed': null
  'security.title': null
  'security.password_saved': null
  'security.change_password': null
  'security.set_password': null
  'security.your_address': { address: string }
  'security.set_first': null
  'security.change_address': null
  'security.change_by_passkey': null
  'security.link_sent': { address: string }
  'security.other_ways': null
  'security.no_others': null
  'security.connected': null
  'security.disconnect': null
  'security.disconnected': { provider: string }
  'passkeys.title': null
  'passkeys.what': null
  'passkeys.add': null
  'passkeys.unsupported': null
  'passkeys.saved': { name: string }
  'passkeys.added': { day: string }
  'passkeys.unused': null
  'passkeys.used': { day: string }
  'passkeys.synced': null
  'passkeys.one_device': null
  'passkeys.current': null
  'passkeys.rename': null
  'passkeys.name': null
  'passkeys.deleted': { name: string }
  'sessions.title': null
  'sessions.where': null
  'sessions.devices': null
  'sessions.devices_why': null
  'sessions.none': null
  'sessions.impersonation': null
  'sessions.this': null
  'sessions.ended': null
  'sessions.end_others': null
  'sessions.others_ended': null
  'sessions.forget': null
  'sessions.forgotten': null
  'sessions.program': { browser: string; system: string }
  'sessions.unknown': null
  'people.title': null
  'people.query': null
  'people.none': null
  'people.count': { count: number }
  'data.title': null
  'data.download': null
  'data.what': null
  'data.downloaded': null
  'data.final': null
  'data.by_passkey': null
  'data.by_mail': null
  'data.link_sent': { address: string }
  'data.new_link': null
  'again.title': null
  'again.why': null
  'two_step.title': null
  'two_step.off': null
  'two_step.what': null
  'two_step.why': null
  'two_step.set_up': null
  'two_step.scan': null
  'two_step.qr': null
  'two_step.open_app': null
  'two_step.enter_key': { key: string }
  'two_step.key': null
  'two_step.turn_on': null
  'two_step.now_on': null
  'two_step.now_off': null
  'two_step.save_codes': null
  'two_step.codes_use': null
  'two_step.codes_saved': null
  'two_step.new_codes': null
  'two_step.on': null
  'two_step.on_what': null
  'two_step.codes': null
  'two_step.left': { count: number }
  'two_step.turn_off_title': null
  'two_step.turn_off': null
}
