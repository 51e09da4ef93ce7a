using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
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

    /// <summary>
    /// Whether the CPU runs the form of the network that <c>parley models optimize</c> has made and found to give the same results, where there is one.
    /// It decides nothing about the text, so it is no part of what identifies a result.
    /// </summary>
    [JsonIgnore]
    public bool UseOptimized { get; init; } = true;

    /// <summary>Whether the file is already in the form in which the runtime maps it.</summary>
    [JsonIgnore]
    internal bool IsMapped { get; init; }
}
