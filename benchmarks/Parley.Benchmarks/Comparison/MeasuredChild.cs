using System.Diagnostics;
using System.Text.Json;

namespace Parley.Benchmarks.Comparison;

/// <summary>
/// A program that loads once and then works whenever it is told to, so that several can be measured in turn: it prints a line of JSON when it is ready,
/// does a round for each line of its input, prints a line of JSON for each, and ends with its input.
/// </summary>
internal static class MeasuredChild
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>Serves until the input ends.</summary>
    /// <param name="ready">What is known before the first round.</param>
    /// <param name="round">One round; gives what it found, which is written outside the timer.</param>
    public static async Task ServeAsync(object ready, Func<Task<object>> round)
    {
        Write(ready);
        while (await Console.In.ReadLineAsync().ConfigureAwait(false) is not null)
        {
            TimeSpan user = Environment.CpuUsage.UserTime;
            long start = Stopwatch.GetTimestamp();
            object found = await round().ConfigureAwait(false);
            double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            Write(new { seconds, userSeconds = (Environment.CpuUsage.UserTime - user).TotalSeconds, found });
        }
    }

    /// <summary>The most memory that this process ever held, in bytes.</summary>
    public static long PeakMemory()
    {
        using Process self = Process.GetCurrentProcess();
        return self.PeakWorkingSet64;
    }

    private static void Write(object value)
    {
        Console.Out.Write(JsonSerializer.Serialize(value, Json) + "\n");
        Console.Out.Flush();
    }
}
