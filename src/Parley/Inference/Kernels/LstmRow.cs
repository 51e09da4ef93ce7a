using System.Runtime.Intrinsics;

namespace Parley.Inference.Kernels;

/// <summary>Where <see cref="LstmRecurrence"/> is in a stretch of a sequence.</summary>
internal unsafe struct LstmRow
{
    // What two states may differ by that are taken for the same: a few times the noise of floats, and soon forgotten, too.
    private const float Same = 1e-5f;

    /// <summary>Outputs of the last step.</summary>
    public required float* Hidden { get; set; }

    /// <summary>Receives those of the next.</summary>
    public required float* Next { get; set; }

    /// <summary>What they are made of, and what is kept.</summary>
    public required float* Cell { get; init; }

    /// <summary>Outputs and cell where the stretch before this one ends.</summary>
    public required float* Reached { get; init; }

    /// <summary>Products of the next step's inputs.</summary>
    public required float* Inputs { get; set; }

    /// <summary>From one step to the next.</summary>
    public required long InputStride { get; init; }

    /// <summary>Receives outputs of the next step.</summary>
    public required float* Output { get; set; }

    /// <summary>From one step to the next.</summary>
    public required long OutputStride { get; init; }

    /// <summary>Copies numbers.</summary>
    public static void Copy(float* from, float* to, int count) => new ReadOnlySpan<float>(from, count).CopyTo(new Span<float>(to, count));

    /// <summary>Gives the step's outputs out, and goes to the next one.</summary>
    /// <param name="units">Their number.</param>
    public void Advance(int units)
    {
        float* last = Hidden;
        Hidden = Next;
        Next = last;
        Copy(Hidden, Output, units);
        Inputs += InputStride;
        Output += OutputStride;
    }

    /// <summary>Keeps the state.</summary>
    public readonly void Remember(int depth)
    {
        Copy(Hidden, Reached, depth);
        Copy(Cell, Reached + depth, depth);
    }

    /// <summary>Whether the state that was kept is the one in which another row ended.</summary>
    public readonly bool Follows(LstmRow other, int depth) => IsSame(Reached, other.Hidden, depth) && IsSame(Reached + depth, other.Cell, depth);

    /// <summary>Goes back, with the state in which another row ended.</summary>
    public void GoBack(int steps, LstmRow other, int depth)
    {
        Copy(other.Hidden, Hidden, depth);
        Copy(other.Cell, Cell, depth);
        Inputs -= steps * InputStride;
        Output -= steps * OutputStride;
    }

    private static bool IsSame(float* one, float* other, int count)
    {
        for (int i = 0; i < count; i += Vector256<float>.Count)
        {
            if (!Vector256.LessThanAll(Vector256.Abs(Vector256.Load(one + i) - Vector256.Load(other + i)), Vector256.Create(Same)))
                return false;
        }

        return true;
    }
}
