using System.ComponentModel.DataAnnotations;
using Parley.Inference.Devices;

namespace Parley.Inference;

/// <summary>How models run.</summary>
public sealed record InferenceOptions
{
    /// <summary>Threads inside one model run; null lets the program choose from the cores that it may use.</summary>
    [Range(1, 1024)]
    public int? Threads { get; init; }

    /// <summary>
    /// The devices to choose from, and what to do when one fails. Share one manager between all sessions of a process: it knows which
    /// devices have failed. Null runs everything on the CPU.
    /// </summary>
    public DeviceManager? Devices { get; init; }
}
