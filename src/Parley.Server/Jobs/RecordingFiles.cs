using Parley.Server.Workers;

namespace Parley.Server.Jobs;

/// <summary>What lies beside a recording, and lives and dies with it. Pure but for <see cref="Delete"/>.</summary>
internal static class RecordingFiles
{
    /// <summary>A copy that browsers play, where they do not play the recording.</summary>
    public static string ListeningCopy(string recording) => recording + ".listen.m4a";

    /// <summary>What a picture of the recording is drawn from.</summary>
    public static string Peaks(string recording) => recording + ".peaks";

    /// <summary>The recording and all that may lie beside it.</summary>
    public static IEnumerable<string> All(string recording) => [recording, VoiceSamples.PathFor(recording), ListeningCopy(recording), Peaks(recording)];

    /// <summary>Deletes all of it.</summary>
    /// <exception cref="IOException">A file cannot be deleted.</exception>
    /// <exception cref="UnauthorizedAccessException">As above.</exception>
    public static void Delete(string recording)
    {
        foreach (string path in All(recording))
            File.Delete(path);
    }
}
