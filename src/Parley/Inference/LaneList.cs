using System.Collections;
using Parley.Inference.Devices;

namespace Parley.Inference;

/// <summary>
/// The devices that one model may run on, in order of preference. Those after the first are looked for only when it fails, so that a
/// configured device does not wake the drivers of the others. Safe for concurrent use.
/// </summary>
internal sealed class LaneList(string modelPath, InferenceOptions options, DeviceManager devices, DeviceChoice choice) : IEnumerable<ModelLane>, IDisposable
{
    private readonly Lock _lock = new();
    private readonly List<ModelLane> _lanes = [new ModelLane(modelPath, options, devices.SlotOf(choice.Device))];
    private bool _isComplete;

    public bool IsLast(ModelLane lane)
    {
        Complete();
        return ReferenceEquals(lane, _lanes[^1]);
    }

    /// <summary>The lanes that are preferred to one.</summary>
    public IEnumerable<ModelLane> Before(ModelLane lane) => this.TakeWhile(item => !ReferenceEquals(item, lane));

    public IEnumerator<ModelLane> GetEnumerator()
    {
        yield return _lanes[0];
        Complete();
        for (int i = 1; i < _lanes.Count; i++)
            yield return _lanes[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public void Dispose()
    {
        lock (_lock)
        {
            // None is added afterwards.
            _isComplete = true;
            foreach (ModelLane lane in _lanes)
                lane.Dispose();
        }
    }

    private void Complete()
    {
        lock (_lock)
        {
            if (_isComplete)
                return;
            _isComplete = true;
            _lanes.AddRange(devices.FallbacksFor(choice, modelPath).Select(device => new ModelLane(modelPath, options, devices.SlotOf(device))));
        }
    }
}
