using System.Globalization;
using System.Text;

namespace Parley.Server.Notifications;

/// <summary>What people read: a title, an empty line, the facts. Plain text, since WeChat shows no markup.</summary>
internal static class NoticeText
{
    // The robot takes 2048 bytes.
    private const int MaxBytes = 2000;
    private const int MaxField = 400;

    /// <summary>The message about one notice.</summary>
    /// <param name="notice">What happened.</param>
    /// <param name="device">Which machine says so.</param>
    /// <param name="now">Local time.</param>
    /// <param name="suppressed">How often the same happened since it was last told.</param>
    public static string Of(Notice notice, string device, DateTimeOffset now, int suppressed = 0)
    {
        (string title, List<string> lines) = notice switch
        {
            Notice.ServerStarted started => ("🚀 FunASR 转录服务器已启动", new List<string>
            {
                $"服务地址: {started.Address}", $"最大并发: {started.MaxConcurrency}", $"认证: {(started.Authentication ? "已启用" : "未启用")}",
            }),
            Notice.ServerStopped stopped => ("🛑 FunASR 转录服务器已停止", [$"停止方式: {(stopped.Clean ? "正常停止" : "未能正常停止")}"]),
            Notice.JobCompleted job => ("✅ 转录任务完成",
            [
                $"任务ID: {job.JobId}", $"文件名: {Field(job.FileName)}", Invariant($"文件大小: {job.Bytes / 1048576.0:F2} MB"), Invariant($"处理时间: {job.ProcessingSeconds:F2} 秒"),
                Invariant($"音频时长: {job.AudioSeconds:F2} 秒"), $"说话人数: {job.Speakers}", $"片段数: {job.Segments}",
            ]),
            Notice.JobFailed job => ("❌ 转录任务失败", [$"任务ID: {job.JobId}", $"文件名: {Field(job.FileName)}", $"错误信息: {Field(job.Error)}", $"重试次数: {job.Retries}"]),
            Notice.DeviceFellBack fell => ("🟠 推理设备已切换", [$"详情: {Field(fell.Details)}"]),
            Notice.WorkerLost lost => ("🟠 工作进程异常", [$"工作进程: {lost.Worker}", $"详情: {Field(lost.Details)}"]),
            Notice.QueueFull full => ("🟠 任务队列已满", [$"队列长度: {full.Size}"]),
            Notice.SlowJob slow => ("🟠 转录速度异常", [$"任务ID: {slow.JobId}", Invariant($"RTF: {slow.Rtf:F3}（通常 {slow.UsualRtf:F3}）")]),
            Notice.DiskLow disk => ("🔴 磁盘空间不足", [$"目录: {Field(disk.Path)}", $"剩余空间: {disk.FreeBytes >> 20} MB"]),
            Notice.Alert alert => (AlertTitle(alert), [$"详情: {Field(alert.Details)}"]),
            _ => throw new ArgumentOutOfRangeException(nameof(notice), notice, "A notice without a text."),
        };
        if (suppressed > 0)
            lines.Add($"此前另有 {suppressed} 次相同事件未单独通知");
        return Put(title, device, lines, now);
    }

    /// <summary>One message in place of many about jobs.</summary>
    public static string Summary(int completed, int failed, string device, DateTimeOffset now)
        => Put("📦 转录任务汇总", [$"完成: {completed}", $"失败: {failed}", "任务较多，已合并为一条通知"], device, now);

    private static string Put(string title, string device, List<string> lines, DateTimeOffset now) => Put(title, lines, device, now);

    private static string Put(string title, IEnumerable<string> lines, string device, DateTimeOffset now)
        => Shorten($"{title}\n\n设备: {device}\n{string.Join('\n', lines)}\n时间: {now.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)}");

    private static string AlertTitle(Notice.Alert alert)
    {
        string sign = alert.Level switch { AlertLevel.Critical => "🔴", AlertLevel.Warning => "🟠", _ => "🟢" };
        string name = alert.Rule switch
        {
            AlertRules.QueueSaturation => "队列接近饱和",
            AlertRules.ErrorSurge => "错误激增",
            AlertRules.ServerDegraded => "服务异常",
            _ => alert.Rule,
        };
        return $"{sign} {name}{(alert.Level == AlertLevel.Recovered ? "：已恢复" : "")}";
    }

    // Names and errors come from clients: one line each, and not endless.
    private static string Field(string text)
    {
        string line = new([.. text.Select(letter => char.IsControl(letter) ? ' ' : letter)]);
        return line.Length <= MaxField ? line : line[..(char.IsHighSurrogate(line[MaxField - 1]) ? MaxField - 1 : MaxField)] + "…";
    }

    private static string Shorten(string text)
    {
        if (Encoding.UTF8.GetByteCount(text) <= MaxBytes)
            return text;
        int bytes = 0, length = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            bytes += rune.Utf8SequenceLength;
            if (bytes > MaxBytes - 3)
                break;
            length += rune.Utf16SequenceLength;
        }

        return text[..length] + "…";
    }

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
