namespace Parley.Server.Jobs;

/// <summary>What progress says to people; the words are those of the first server.</summary>
internal static class ProgressText
{
    public static string At(int percent) => percent switch
    {
        <= 0 => "开始处理",
        >= 100 => "转录完成",
        _ => $"转录进度: {percent:F1}%",
    };
}
