namespace Parley.Inference.Devices;

/// <summary>How many model runs a device takes at once.</summary>
public enum DeviceConcurrency
{
    /// <summary>As many as come.</summary>
    Free,

    /// <summary>One, over all models: the provider keeps state for the whole device. Further runs wait.</summary>
    OneRunAtATime,
}
