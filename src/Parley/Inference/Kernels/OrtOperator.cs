using System.Runtime.InteropServices;

namespace Parley.Inference.Kernels;

/// <summary>A number that every node of an operator says about itself.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Least">The least that it may be.</param>
/// <param name="Most">The most.</param>
internal readonly record struct OrtAttribute(string Name, long Least, long Most);

/// <summary>What goes into an operator: inputs of floats or bytes, and attributes.</summary>
/// <param name="Name">The operator's name.</param>
/// <param name="Inputs">Number of its inputs.</param>
/// <param name="Attributes">Its attributes, all of them needed.</param>
internal sealed record OrtSignature(string Name, int Inputs, IReadOnlyList<OrtAttribute> Attributes)
{
    /// <summary>Inputs that are bytes, a bit for each.</summary>
    public uint Bytes { get; init; }

    /// <summary>Inputs that may be missing, a bit for each: they have to be the last ones.</summary>
    public uint Optional { get; init; }
}

/// <summary>How ONNX Runtime is told of an operator: <c>OrtCustomOp</c> of its C API as of version 17, and behind it what the functions of all operators look up.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct OrtOperator
{
    private const int FloatType = 1, ByteType = 2;

    private uint _version;
    private readonly nint _createKernel;
    private delegate* unmanaged<OrtOperator*, nint> _getName;
    private delegate* unmanaged<OrtOperator*, nint> _getProvider;
    private delegate* unmanaged<OrtOperator*, nuint, int> _getInputType;
    private delegate* unmanaged<OrtOperator*, nuint> _getInputCount;
    private delegate* unmanaged<OrtOperator*, nuint, int> _getOutputType;
    private delegate* unmanaged<OrtOperator*, nuint> _getOutputCount;
    private readonly nint _compute;
    private delegate* unmanaged<void*, void> _destroy;
    private delegate* unmanaged<OrtOperator*, nuint, int> _getInputCharacteristic;
    private delegate* unmanaged<OrtOperator*, nuint, int> _getOutputCharacteristic;
    private delegate* unmanaged<OrtOperator*, nuint, int> _getInputMemory;
    private readonly nint _getVariadicInputMinArity;
    private readonly nint _getVariadicInputHomogeneity;
    private readonly nint _getVariadicOutputMinArity;
    private readonly nint _getVariadicOutputHomogeneity;
    private delegate* unmanaged<OrtOperator*, nint, nint, void**, nint> _createKernelV2;
    private delegate* unmanaged<void*, nint, nint> _computeV2;
    private readonly nint _inferOutputShape;
    private delegate* unmanaged<OrtOperator*, int> _getStartVersion;
    private delegate* unmanaged<OrtOperator*, int> _getEndVersion;

    private nint _name;
    private nuint _inputs;
    private nuint _bytes;
    private nuint _optional;
    private nint _attributes;

    /// <summary>Describes an operator with one output of floats. The memory is never given back: sessions keep it.</summary>
    /// <param name="signature">What goes in.</param>
    /// <param name="compute">Computes it, from the attributes, in the order of the signature, and the run.</param>
    public static OrtOperator* Describe(OrtSignature signature, delegate* unmanaged<void*, nint, nint> compute)
    {
        OrtOperator* described = (OrtOperator*)NativeMemory.AllocZeroed((nuint)sizeof(OrtOperator));
        described->_version = OrtFunctions.ApiVersion;
        described->_getName = &GetName;
        described->_getProvider = &GetProvider;
        described->_getInputType = &GetInputType;
        described->_getInputCount = &GetInputCount;
        described->_getOutputType = &GetOutputType;
        described->_getOutputCount = &GetOutputCount;
        described->_getInputCharacteristic = &GetInputCharacteristic;
        described->_getOutputCharacteristic = &GetNothing;
        described->_getInputMemory = &GetNothing;
        described->_createKernelV2 = &Create;
        described->_computeV2 = compute;
        described->_destroy = &Destroy;
        described->_getStartVersion = &GetVersion;
        described->_getEndVersion = &GetVersion;
        described->_name = Marshal.StringToCoTaskMemUTF8(signature.Name);
        described->_inputs = (nuint)signature.Inputs;
        described->_bytes = signature.Bytes;
        described->_optional = signature.Optional;
        described->_attributes = GCHandle.ToIntPtr(GCHandle.Alloc(signature));
        return described;
    }

    // What a node says about itself: all of it once, when the session is made.
    [UnmanagedCallersOnly]
    private static nint Create(OrtOperator* self, nint api, nint info, void** kernel)
    {
        OrtSignature signature = (OrtSignature)GCHandle.FromIntPtr(self->_attributes).Target!;
        long* numbers = (long*)NativeMemory.Alloc((nuint)Math.Max(1, signature.Attributes.Count), sizeof(long));
        try
        {
            for (int i = 0; i < signature.Attributes.Count; i++)
            {
                OrtAttribute attribute = signature.Attributes[i];
                numbers[i] = OrtFunctions.Attribute(info, attribute.Name);
                if (numbers[i] < attribute.Least || numbers[i] > attribute.Most)
                    throw new InvalidOperationException($"{signature.Name}: {attribute.Name} {numbers[i]} is out of range.");
            }

            *kernel = numbers;
            return 0;
        }
        catch (InvalidOperationException error)
        {
            NativeMemory.Free(numbers);
            return OrtFunctions.Failure(error.Message);
        }
    }

    [UnmanagedCallersOnly]
    private static nint GetName(OrtOperator* self) => self->_name;

    // The CPU's.
    [UnmanagedCallersOnly]
    private static nint GetProvider(OrtOperator* self) => 0;

    [UnmanagedCallersOnly]
    private static int GetInputType(OrtOperator* self, nuint index) => ((self->_bytes >> (int)index) & 1) == 1 ? ByteType : FloatType;

    [UnmanagedCallersOnly]
    private static nuint GetInputCount(OrtOperator* self) => self->_inputs;

    [UnmanagedCallersOnly]
    private static int GetOutputType(OrtOperator* self, nuint index) => FloatType;

    [UnmanagedCallersOnly]
    private static nuint GetOutputCount(OrtOperator* self) => 1;

    [UnmanagedCallersOnly]
    private static int GetInputCharacteristic(OrtOperator* self, nuint index) => (int)((self->_optional >> (int)index) & 1);

    // Outputs are needed (0), and all lie in ordinary memory (0).
    [UnmanagedCallersOnly]
    private static int GetNothing(OrtOperator* self, nuint index) => 0;

    [UnmanagedCallersOnly]
    private static int GetVersion(OrtOperator* self) => 1;

    [UnmanagedCallersOnly]
    private static void Destroy(void* kernel) => NativeMemory.Free(kernel);
}
