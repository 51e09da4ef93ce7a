using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Parley.Models.Onnx;

namespace Parley.Inference.Kernels;

/// <summary>
/// The operator <see cref="DenseLayers.Operator"/> for one window. Frames lie as rows in memory of its own, to which each layer adds columns, so that what earlier
/// layers have found is neither copied nor turned. Bytes count from 0, since all values that are multiplied stand behind a Relu. Needs AVX2 and FMA.
/// </summary>
internal readonly unsafe struct DenseBlock
{
    private const int Group = ByteProducts<RectifiedValues>.Rows, Columns = PackedMatrix.PanelColumns, Lane = DenseSizes.Lanes, Block = PackedMatrix.BlockRows, BlockBytes = Group * Block;

    // The largest sum of values that, times the largest weight, fits 16 bits; two always do.
    private const short MostSum = short.MaxValue / DenseLayers.LargestWeight;

    /// <summary>[channels, frames].</summary>
    public required float* Input { get; init; }

    /// <summary>As <see cref="DenseSizes"/> describes them.</summary>
    public required float* Numbers { get; init; }

    /// <summary>As <see cref="DenseSizes"/> describes them.</summary>
    public required byte* Weights { get; init; }

    /// <summary>[channels + layers * growth, frames], or what the transition makes of it.</summary>
    public required float* Output { get; init; }

    /// <summary>Frames, at least one.</summary>
    public required int Frames { get; init; }

    /// <summary>Of the layers.</summary>
    public required DenseSizes Sizes { get; init; }

    /// <summary>Frames from one tap to the next.</summary>
    public required int Dilation { get; init; }

    /// <summary>Frames of zeros in front.</summary>
    public required int Before { get; init; }

    /// <summary>Whether negative outcomes of the transition become 0.</summary>
    public required bool Relu { get; init; }

    private int Groups => (Frames + Group - 1) / Group;

    private int Rows => Groups * Group;

    private int Stride => Sizes.Wide(Sizes.Layers);

    /// <summary>Computes it.</summary>
    /// <exception cref="OutOfMemoryException">There is not enough memory for the window.</exception>
    /// <exception cref="OverflowException">No array can have as much as it needs.</exception>
    public void Compute()
    {
        long features = (long)Rows * Stride * sizeof(float), narrow = (long)Rows * Math.Max(Sizes.Bottleneck, Sizes.Transition) * sizeof(float), ranges = 2L * Stride * sizeof(float);
        long packed = (long)Rows * Math.Max(Stride, Sizes.Taps * Sizes.Bottleneck);
        long bytes = (Rows + 1L) * Sizes.Bottleneck, runs = (long)Groups * (Math.Max(Stride, Sizes.Taps * Sizes.Bottleneck) / Block);
        using RentedMemory memory = RentedMemory.Rent(features + narrow + ranges + packed + bytes + runs);
        byte* free = memory.Start;
        Window window = default;
        window.Features = (float*)free;
        window.Narrow = (float*)(free + features);
        window.Least = (float*)(free + features + narrow);
        window.Most = window.Least + Stride;
        window.Packed = free + features + narrow + ranges;
        window.Bytes = window.Packed + packed;
        window.Runs = window.Bytes + bytes;

        new Span<float>(window.Features, Rows * Stride).Clear();
        Transposition.Turn(Input, Sizes.Channels, Frames, Frames, window.Features, Stride);
        SeeRanges(window, 0, Sizes.Channels);
        float* numbers = Numbers;
        byte* weights = Weights;
        for (int layer = 0; layer < Sizes.Layers; layer++)
        {
            Compute(window, layer, numbers, weights);
            numbers += Sizes.Numbers(layer);
            weights += Sizes.NarrowBytes(layer) + Sizes.LocalBytes;
        }

        if (Sizes.Transition == 0)
        {
            Transposition.Turn(window.Features, Frames, Sizes.Grown, Stride, Output, Frames);
            return;
        }

        float* gains = numbers, offsets = gains + Stride, scales = offsets + Stride, bias = scales + Sizes.Transition;
        float step = StepOf(Largest(window, gains, offsets, Stride));
        PackNormalised(window, gains, offsets, Stride, step);
        Multiply(window, weights, Stride / Block, Sizes.Transition, step, scales, bias, Relu ? 0 : float.NegativeInfinity, window.Narrow, Sizes.Transition);
        Transposition.Turn(window.Narrow, Frames, Sizes.Transition, Sizes.Transition, Output, Frames);
    }

    private void Compute(in Window window, int layer, float* numbers, byte* weights)
    {
        (int wide, int bottleneck, int growth, int hidden) = (Sizes.Wide(layer), Sizes.Bottleneck, Sizes.Growth, Sizes.Hidden);
        float* gains = numbers, offsets = gains + wide, scales = offsets + wide, bias = scales + bottleneck, localScales = bias + bottleneck, localBias = localScales + growth;
        float* context = localBias + growth, contextBias = context + (hidden * bottleneck), mask = contextBias + hidden, maskBias = mask + (growth * hidden);

        float step = StepOf(Largest(window, gains, offsets, wide));
        PackNormalised(window, gains, offsets, wide, step);
        Multiply(window, weights, wide / Block, bottleneck, step, scales, bias, 0, window.Narrow, bottleneck);

        float* means = stackalloc float[bottleneck], hiddens = stackalloc float[hidden], masks = stackalloc float[growth], maskedScales = stackalloc float[growth], maskedBias = stackalloc float[growth];
        step = StepOf(Means(window, means));
        for (int i = 0; i < hidden; i++)
            hiddens[i] = MathF.Max(0, Dot(context + (i * bottleneck), means, bottleneck) + contextBias[i]);
        for (int i = 0; i < growth; i++)
        {
            float weight = 1 / (1 + MathF.Exp(-(Dot(mask + (i * hidden), hiddens, hidden) + maskBias[i])));
            (maskedScales[i], maskedBias[i]) = (localScales[i] * weight, localBias[i] * weight);
        }

        PackNeighbours(window, step);
        int first = Sizes.Channels + (layer * growth);
        Multiply(window, weights + Sizes.NarrowBytes(layer), Sizes.Taps * bottleneck / Block, growth, step, maskedScales, maskedBias, float.NegativeInfinity, window.Features + first, Stride);
        SeeRanges(window, first, growth);
    }

    private static float StepOf(float largest) => largest > 0 ? largest / byte.MaxValue : 1;

    // The least and the largest value of some channels.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void SeeRanges(in Window window, int first, int channels)
    {
        int stride = Stride, channel = first;
        for (; channel <= first + channels - Lane; channel += Lane)
        {
            float* frame = window.Features + channel;
            Vector256<float> least = Vector256.Load(frame), most = least;
            for (int i = 1; i < Frames; i++)
            {
                frame += stride;
                (least, most) = (Avx.Min(Vector256.Load(frame), least), Avx.Max(Vector256.Load(frame), most));
            }

            least.Store(window.Least + channel);
            most.Store(window.Most + channel);
        }

        for (; channel < first + channels; channel++)
        {
            float* frame = window.Features + channel;
            (float least, float most) = (*frame, *frame);
            for (int i = 1; i < Frames; i++)
            {
                frame += stride;
                (least, most) = (MathF.Min(*frame, least), MathF.Max(*frame, most));
            }

            (window.Least[channel], window.Most[channel]) = (least, most);
        }
    }

    // The largest value behind normalisation and Relu: it grows or falls with the channel's, by the sign of the gain.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Largest(in Window window, float* gains, float* offsets, int wide)
    {
        Vector256<float> largest = Vector256<float>.Zero;
        for (int channel = 0; channel < wide; channel += Lane)
        {
            Vector256<float> gain = Vector256.Load(gains + channel), offset = Vector256.Load(offsets + channel);
            largest = Avx.Max(Fma.MultiplyAdd(Vector256.Load(window.Most + channel), gain, offset), largest);
            largest = Avx.Max(Fma.MultiplyAdd(Vector256.Load(window.Least + channel), gain, offset), largest);
        }

        return LargestOf(largest);
    }

    private static float LargestOf(Vector256<float> values)
    {
        float largest = 0;
        for (int lane = 0; lane < Lane; lane++)
            largest = MathF.Max(largest, values[lane]);
        return largest;
    }

    // The means over the frames of what the first convolution has found, and the largest value in it.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private float Means(in Window window, float* means)
    {
        Vector256<float> largest = Vector256<float>.Zero, share = Vector256.Create(1f / Frames);
        for (int channel = 0; channel < Sizes.Bottleneck; channel += Lane)
        {
            float* frame = window.Narrow + channel;
            Vector256<float> sum = Vector256<float>.Zero;
            for (int i = 0; i < Frames; i++)
            {
                Vector256<float> value = Vector256.Load(frame);
                sum += value;
                largest = Avx.Max(value, largest);
                frame += Sizes.Bottleneck;
            }

            (sum * share).Store(means + channel);
        }

        return LargestOf(largest);
    }

    private static float Dot(float* one, float* other, int count)
    {
        Vector256<float> sums = Vector256<float>.Zero;
        int i = 0;
        for (; i <= count - Lane; i += Lane)
            sums = Fma.MultiplyAdd(Vector256.Load(one + i), Vector256.Load(other + i), sums);
        float sum = Vector256.Sum(sums);
        for (; i < count; i++)
            sum += one[i] * other[i];
        return sum;
    }

    // All channels of four frames at a time, behind normalisation and Relu, as bytes: four channels after the other, in them frame by frame.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void PackNormalised(in Window window, float* gains, float* offsets, int wide, float step)
    {
        int stride = Stride, blocks = wide / Block;
        Vector256<float> steps = Vector256.Create(1 / step);
        byte* target = window.Packed;
        for (int group = 0; group < Groups; group++)
        {
            float* frame = window.Features + ((long)group * Group * stride);
            for (int channel = 0; channel < wide; channel += Lane)
            {
                Vector256<float> gain = Vector256.Load(gains + channel) * steps, offset = Vector256.Load(offsets + channel) * steps;
                float* from = frame + channel;
                Narrow(
                    Normalised(from, gain, offset), Normalised(from + stride, gain, offset), Normalised(from + (2 * stride), gain, offset), Normalised(from + (3 * stride), gain, offset))
                    .Store(target + (channel * Group));
            }

            RunLengths.Find(target, blocks, MostSum, window.Runs + ((long)group * blocks));
            target += wide * Group;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Normalised(float* from, Vector256<float> gain, Vector256<float> offset)
        => Avx.ConvertToVector256Int32(Avx.Max(Fma.MultiplyAdd(Vector256.Load(from), gain, offset), Vector256<float>.Zero));

    // What the second convolution sees at four frames at a time: tap by tap.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void PackNeighbours(in Window window, float step)
    {
        int bottleneck = Sizes.Bottleneck, frames = Frames;
        byte* bytes = window.Bytes;
        Vector256<float> steps = Vector256.Create(1 / step);
        for (long i = 0; i < (long)Rows * bottleneck; i += Group * Lane)
        {
            float* from = window.Narrow + i;
            Avx2.PermuteVar8x32(Narrow(Steps(from, steps), Steps(from + Lane, steps), Steps(from + (2 * Lane), steps), Steps(from + (3 * Lane), steps)).AsInt32(), Vector256.Create(0, 4, 1, 5, 2, 6, 3, 7))
                .AsByte().Store(bytes + i);
        }

        // Behind the last frame there is nothing, and nothing stands for frames that there are not.
        byte* nothing = bytes + ((long)Rows * bottleneck), target = window.Packed;
        new Span<byte>(nothing, bottleneck).Clear();
        int blocks = Sizes.Taps * bottleneck / Block;
        for (int group = 0; group < Groups; group++)
        {
            byte* first = target;
            for (int tap = 0; tap < Sizes.Taps; tap++)
            {
                long frame = ((long)group * Group) + ((long)tap * Dilation) - Before;
                PackFrames(Frame(frame), Frame(frame + 1), Frame(frame + 2), Frame(frame + 3), bottleneck, target);
                target += Group * bottleneck;
            }

            RunLengths.Find(first, blocks, MostSum, window.Runs + ((long)group * blocks));
        }

        byte* Frame(long frame) => frame >= 0 && frame < frames ? bytes + (frame * bottleneck) : nothing;
    }

    // Four frames, four channels after the other.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void PackFrames(byte* row0, byte* row1, byte* row2, byte* row3, int channels, byte* target)
    {
        for (int channel = 0; channel < channels; channel += Lane)
        {
            Vector128<int> rows01 = Sse2.UnpackLow(Eight(row0 + channel), Eight(row1 + channel)), rows23 = Sse2.UnpackLow(Eight(row2 + channel), Eight(row3 + channel));
            Sse2.UnpackLow(rows01.AsInt64(), rows23.AsInt64()).AsByte().Store(target + (channel * Group));
            Sse2.UnpackHigh(rows01.AsInt64(), rows23.AsInt64()).AsByte().Store(target + (channel * Group) + BlockBytes);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> Eight(byte* from) => Sse2.LoadScalarVector128((long*)from).AsInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Steps(float* from, Vector256<float> steps) => Avx.ConvertToVector256Int32(Vector256.Load(from) * steps);

    // Four times eight values, none of them negative, in bytes: the first four of each, then the others.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> Narrow(Vector256<int> row0, Vector256<int> row1, Vector256<int> row2, Vector256<int> row3)
        => Avx2.PackUnsignedSaturate(Avx2.PackSignedSaturate(row0, row1), Avx2.PackSignedSaturate(row2, row3));

    // What is packed times a matrix, with scales and bias, no less than a number.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Multiply(in Window window, byte* weights, int blocks, int width, float step, float* scales, float* bias, float least, float* target, int stride)
    {
        float* factors = stackalloc float[Columns], offsets = stackalloc float[Columns], some = stackalloc float[Columns * Group];
        int* room = stackalloc int[ByteProducts<RectifiedValues>.Room], sums = ByteProducts<RectifiedValues>.Aligned(room);
        for (int column = 0; column < width; column += Columns)
        {
            int count = Math.Min(Columns, width - column);
            for (int i = 0; i < Columns; i++)
                (factors[i], offsets[i]) = i < count ? (step * scales[column + i], bias[column + i]) : (0, 0);
            byte* values = window.Packed;
            for (int group = 0; group < Groups; group++)
            {
                ByteProducts<RectifiedValues>.Multiply(weights, 0, blocks, window.Runs + ((long)group * blocks), null, values, sums);
                values += blocks * BlockBytes;
                float* row = target + ((long)group * Group * stride) + column;
                if (count == Columns)
                {
                    Finish(sums, factors, offsets, least, row, stride);
                    continue;
                }

                Finish(sums, factors, offsets, least, some, Columns);
                for (int i = 0; i < Group; i++)
                    new ReadOnlySpan<float>(some + (i * Columns), count).CopyTo(new Span<float>(row + ((long)i * stride), count));
            }

            weights += blocks * PackedMatrix.BlockBytes;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Finish(int* sums, float* factors, float* offsets, float least, float* target, int stride)
    {
        Vector256<float> factor0 = Vector256.Load(factors), factor1 = Vector256.Load(factors + Lane), offset0 = Vector256.Load(offsets), offset1 = Vector256.Load(offsets + Lane), floor = Vector256.Create(least);
        for (int row = 0; row < Group; row++)
        {
            Avx.Max(Fma.MultiplyAdd(Avx.ConvertToVector256Single(Vector256.Load(sums)), factor0, offset0), floor).Store(target);
            Avx.Max(Fma.MultiplyAdd(Avx.ConvertToVector256Single(Vector256.Load(sums + Lane)), factor1, offset1), floor).Store(target + Lane);
            sums += Columns;
            target += stride;
        }
    }

    // Memory of one window; rows are frames, filled up to whole groups.
    private struct Window
    {
        public float* Features; // [rows, stride]
        public float* Narrow; // [rows, bottleneck] or [rows, transition]
        public float* Least; // [stride], of each channel
        public float* Most; // [stride], of each channel
        public byte* Packed; // what is multiplied, group by group
        public byte* Bytes; // [rows + 1, bottleneck]
        public byte* Runs; // [groups, blocks]: how many blocks are added up in 16 bits at a time
    }
}
