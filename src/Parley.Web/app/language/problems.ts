// Refusals of the server in Chinese, by their code. The server writes English; a code that is not here is shown as it came.

export const problemsInChinese: Record<string, string> = {
  analysis_gone: '录音和识别的中间结果都已不在服务器上，无法重新区分说话人。请重新上传这段录音。',
  body_too_large: '发送的内容过大。',
  disk_full: '服务器的磁盘快满了。请稍后重试，或联系管理员。',
  file_too_large: '文件超过了这台服务器允许的大小。请剪短后再试，或请管理员调高上限。',
  invalid_operation: '这次修改无法应用，没有任何改动。',
  internal: '服务器内部出错。请重试；如果再次发生，请联系管理员。',
  no_recording: '服务器上已没有这段录音。',
  not_completed: '这段录音还没有文稿。',
  nothing_to_undo: '没有可以撤销的修改。',
  queue_full: '队列已满。请稍后重试；上传的内容会保留。',
  result_gone: '文稿已无法读取。请重新上传这段录音。',
  unauthorized: '令牌无效。请检查后重试，或向管理员索取新的令牌。',
  unavailable: '服务器正在启动或停止，请稍后重试。',
  unknown_job: '找不到这段录音：它可能已被删除，或属于其他人。',
  unsupported_format: '不支持这种文件格式。请转换成常见的音频或视频格式后再上传。',
};
