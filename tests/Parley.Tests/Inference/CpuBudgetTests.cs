using Parley.Inference.Devices;

namespace Parley.Tests.Inference;

public sealed class CpuBudgetTests
{
    [Theory]
    [InlineData(8, 4)] // all of a machine with two threads a core
    [InlineData(3, 3)] // a quota or an affinity below the cores
    [InlineData(1, 1)]
    public void Threads_are_the_cores_that_may_be_used(int usableProcessors, int threads)
    {
        using TempFolder root = new();
        for (int processor = 0; processor < 8; processor++)
        {
            string topology = Directory.CreateDirectory(Path.Combine(root.Path, $"cpu{processor}", "topology")).FullName;
            File.WriteAllText(Path.Combine(topology, "thread_siblings_list"), $"{processor % 4},{(processor % 4) + 4}\n");
        }

        Directory.CreateDirectory(Path.Combine(root.Path, "cpufreq"));

        CpuBudget budget = new(usableProcessors, root.Path);

        budget.Cores.ShouldBe(4);
        budget.Threads.ShouldBe(threads);
    }

    [Fact]
    public void Without_a_topology_each_processor_counts()
        => new CpuBudget(6, "/nowhere").Threads.ShouldBe(6);

    [Fact]
    public void This_process_gets_no_more_than_it_may_use()
        => CpuBudget.Current.Threads.ShouldBeInRange(1, Environment.ProcessorCount);
}
