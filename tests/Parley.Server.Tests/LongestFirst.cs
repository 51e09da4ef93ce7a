using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(Parley.Server.Tests.LongestFirst))]

namespace Parley.Server.Tests;

/// <summary>
/// Starts the collections that take longest before all others: one that began last would run alone, with the other cores idle. Which tests
/// run, and what runs beside what, is the same without it.
/// </summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    // Parts of names of collections, roughly the longest first; reports of `./test.sh` (artifacts/*-results.xml) have the times.
    private static readonly string[] Long =
    [
        "Workplace", "EndToEnd.ChaosTests", "EndToEnd.LifeTests", "PoolAcceptanceTests", "LockAcceptanceTests", "EndToEnd.LoadTests", "EndToEnd.", "TusClientTests",
        "PoolEngineTests", "OrphanTests", "OpenAi.", "PythonClientTests", "LockEngineTests", "JobsApi.", "Real devices", "DeviceCommandTests", "TranscribeEndToEndTests",
        "Optimization.", "Acceptance.", "RecordingAnalysisTests", "DeviceOptionEndToEndTests", "CSharpSampleTests", "Cli.", "Golden",
    ];

    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection
        => [.. testCollections.OrderBy(Rank).ThenBy(collection => collection.TestCollectionDisplayName, StringComparer.Ordinal)];

    private static int Rank<TTestCollection>(TTestCollection collection)
        where TTestCollection : ITestCollection
    {
        int place = Array.FindIndex(Long, name => collection.TestCollectionDisplayName.Contains(name, StringComparison.Ordinal));
        return place < 0 ? Long.Length : place;
    }
}
