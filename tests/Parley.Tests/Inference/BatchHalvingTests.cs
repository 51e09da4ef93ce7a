using Parley.Inference;
using Parley.Inference.Devices;

namespace Parley.Tests.Inference;

public sealed class BatchHalvingTests
{
    private readonly ListLogger _log = new();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    public void Batches_are_halved_until_they_fit(int fits)
    {
        List<int> sizes = [];
        FaultInjectingBackend device = Device(fits);
        using ModelSession session = Load(device);
        using InferenceScope scope = InferenceScope.Begin();

        IReadOnlyList<int> results = BatchHalving.Run(Enumerable.Range(0, 7).ToList(), batch =>
        {
            TinyModel.Run(session, batch.Count);
            sizes.Add(batch.Count);
            return batch;
        });

        results.ShouldBe(Enumerable.Range(0, 7));
        sizes.Max().ShouldBeLessThanOrEqualTo(fits);
        session.Device.ShouldBe("faulty");
        scope.Notices.Count.ShouldBe(fits < 7 ? 1 : 0);
        _log.Warnings.ShouldBeEmpty();
    }

    [Fact]
    public void A_single_item_that_does_not_fit_goes_to_the_next_device()
    {
        FaultInjectingBackend device = Device(fits: 0);
        using ModelSession session = Load(device);

        BatchHalving.Run(Enumerable.Range(0, 4).ToList(), batch =>
        {
            TinyModel.Run(session, batch.Count).ShouldBe(TinyModel.Expected(batch.Count));
            return batch;
        }).ShouldBe([0, 1, 2, 3]);

        session.Device.ShouldBe("cpu");
        _log.Warnings.ShouldHaveSingleItem().ShouldContain("OutOfMemory");
    }

    [Fact]
    public void Other_failures_pass_through()
        => Should.Throw<InferenceException>(() => BatchHalving.Run([1, 2], _ => Fail(InferenceFault.DeviceLost))).Fault.ShouldBe(InferenceFault.DeviceLost);

    [Fact]
    public void An_item_that_fits_nowhere_is_reported()
        => Should.Throw<InferenceException>(() => BatchHalving.Run([1, 2], _ => Fail(InferenceFault.OutOfMemory))).Fault.ShouldBe(InferenceFault.OutOfMemory);

    private static IReadOnlyList<int> Fail(InferenceFault fault) => throw new InferenceException(fault, "m", "d", "no");

    private static FaultInjectingBackend Device(int fits) => new()
    {
        OnRun = inputs =>
        {
            if (inputs["x"].GetTensorTypeAndShape().Shape[0] > fits)
                throw FaultInjectingBackend.Fault(InferenceFault.OutOfMemory);
        },
    };

    private ModelSession Load(FaultInjectingBackend device)
        => ModelSession.Load(TinyModel.FilePath, new InferenceOptions { Threads = 1, Devices = new DeviceManager(new DeviceOptions { Device = "faulty" }, [device, new CpuBackend()], _log) });
}
