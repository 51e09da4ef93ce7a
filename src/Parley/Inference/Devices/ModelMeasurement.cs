namespace Parley.Inference.Devices;

/// <summary>How fast a device runs a model, and whether it gives what the CPU gives.</summary>
public sealed record ModelMeasurement
{
    /// <summary>What was measured where.</summary>
    public required DeviceFingerprint On { get; init; }

    /// <summary>SHA-256 of the model file, in lower-case hexadecimal digits.</summary>
    public required string ModelSha256 { get; init; }

    /// <summary>Length of the model file: a file of another length need not be hashed to know that it is another.</summary>
    public required long ModelBytes { get; init; }

    /// <summary>The stage that the model serves, in lower case.</summary>
    public required string Stage { get; init; }

    /// <summary>One for each length of input; empty when the device failed.</summary>
    public required IReadOnlyList<LengthMeasurement> Lengths { get; init; }

    /// <summary>The largest differences from the CPU, over all lengths, one for each output; empty for the CPU itself.</summary>
    public required IReadOnlyList<OutputDifference> Differences { get; init; }

    /// <summary>Why there are no numbers; null when all went well.</summary>
    public string? Problem { get; init; }

    /// <summary>Seconds for one run of each length.</summary>
    public double TotalSeconds => Lengths.Sum(length => length.Seconds);

    /// <summary>Why the device must not run the model, in one line; null when it may.</summary>
    public string? Objection
    {
        get
        {
            if (Problem is not null)
                return $"failed when it was measured with {Stage}: {Problem}";
            OutputDifference? wrong = Differences.FirstOrDefault(output => !output.IsWithinTolerance);
            return wrong is null ? null : $"computes wrong: output {wrong.Output} of {Stage} differs from the CPU's by {wrong.Difference:g3}, tolerance {wrong.Tolerance:g3}";
        }
    }
}

/// <summary>Time for one length of input.</summary>
/// <param name="Size">Frames, tokens or windows, whichever the stage counts.</param>
/// <param name="Seconds">Median of the runs after warming up.</param>
/// <param name="Runs">Runs that the median was taken over.</param>
public sealed record LengthMeasurement(int Size, double Seconds, int Runs);

/// <summary>How far an output is from the CPU's.</summary>
/// <param name="Output">Its name.</param>
/// <param name="Difference">Largest absolute difference over the largest absolute value (at least 1); positive infinity for another shape.</param>
/// <param name="Tolerance">Largest difference that is taken for rounding.</param>
public sealed record OutputDifference(string Output, double Difference, double Tolerance)
{
    /// <summary>Whether the device may be trusted with it.</summary>
    public bool IsWithinTolerance => Difference <= Tolerance;
}
