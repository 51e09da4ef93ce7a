using System.Diagnostics;
using System.Reflection;

namespace Parley.Server.Telemetry.Metrics;

/// <summary>What every scraper expects of a process.</summary>
internal static class ProcessMetrics
{
    private static readonly string Version = typeof(ProcessMetrics).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    public static void Write(PrometheusWriter page)
    {
        using Process process = Process.GetCurrentProcess();
        page.Family("parley_build_info", "gauge", "The program.").Sample(1, ("version", Version));
        page.Family("process_cpu_seconds_total", "counter", "Processor time of the server's process.").Sample(process.TotalProcessorTime.TotalSeconds);
        page.Family("process_resident_memory_bytes", "gauge", "Resident memory of the server's process; workers have their own.").Sample(process.WorkingSet64);
        page.Family("process_start_time_seconds", "gauge", "Start of the process, in seconds since 1970.").Sample(new DateTimeOffset(process.StartTime).ToUnixTimeMilliseconds() / 1000.0);
    }
}
