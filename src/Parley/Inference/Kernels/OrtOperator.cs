using System.Runtime.InteropServices;

namespace Parley.Inference.Kernels;

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

    /// <summary>Describes an operator with inputs of floats or bytes, all of them needed, and one output of floats. The memory is never given back: sessions keep it.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="inputs">Number of its inputs.</param>
    /// <param name="bytes">Those that are bytes, a bit for each.</param>
    /// <param name="create">Reads its attributes.</param>
    /// <param name="compute">Computes it.</param>
    public static OrtOperator* Describe(string name, int inputs, uint bytes, delegate* unmanaged<OrtOperator*, nint, nint, void**, nint> create, delegate* unmanaged<void*, nint, nint> compute)
    {
        OrtOperator* described = (OrtOperator*)NativeMemory.AllocZeroed((nuint)sizeof(OrtOperator));
        described->_version = OrtFunctions.ApiVersion;
        described->_getName = &GetName;
        described->_getProvider = &GetProvider;
        described->_getInputType = &GetInputType;
        described->_getInputCount = &GetInputCount;
        described->_getOutputType = &GetOutputType;
        described->_getOutputCount = &GetOutputCount;
        described->_getInputCharacteristic = &GetNothing;
        described->_getOutputCharacteristic = &GetNothing;
        described->_getInputMemory = &GetNothing;
        described->_createKernelV2 = create;
        described->_computeV2 = compute;
        described->_destroy = &Destroy;
        described->_getStartVersion = &GetVersion;
        described->_getEndVersion = &GetVersion;
        described->_name = Marshal.StringToCoTaskMemUTF8(name);
        described->_inputs = (nuint)inputs;
        described->_bytes = bytes;
        return described;
    }

    /// <summary>Reads what a node says about itself, a number and a flag, and keeps it in the pointer that stands for the node.</summary>
    /// <param name="info">The node.</param>
    /// <param name="name">Its operator.</param>
    /// <param name="number">Attribute with the number.</param>
    /// <param name="least">The least that it may be.</param>
    /// <param name="most">The most.</param>
    /// <param name="flag">Attribute with the flag, 0 or 1.</param>
    /// <param name="kernel">The pointer.</param>
    /// <returns>What ONNX Runtime is to be told: 0 or a failure.</returns>
    public static nint Remember(nint info, string name, string number, long least, long most, string flag, void** kernel)
    {
        try
        {
            long first = OrtFunctions.Attribute(info, number), second = OrtFunctions.Attribute(info, flag);
            if (first < least || first > most || second is < 0 or > 1)
                return OrtFunctions.Failure($"{name}: {number} {first} or {flag} {second} is out of range.");
            *kernel = (void*)((first << 1) | second);
            return 0;
        }
        catch (InvalidOperationException error)
        {
            return OrtFunctions.Failure(error.Message);
        }
    }

    /// <summary>The number that <see cref="Remember"/> kept.</summary>
    public static int NumberOf(void* kernel) => (int)((nint)kernel >> 1);

    /// <summary>The flag that <see cref="Remember"/> kept.</summary>
    public static bool FlagOf(void* kernel) => ((nint)kernel & 1) != 0;

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

    // Inputs and outputs are needed (0), and lie in ordinary memory (0).
    [UnmanagedCallersOnly]
    private static int GetNothing(OrtOperator* self, nuint index) => 0;

    [UnmanagedCallersOnly]
    private static int GetVersion(OrtOperator* self) => 1;

    // The pointer that stands for a node points at nothing: see Remember.
    [UnmanagedCallersOnly]
    private static void Destroy(void* kernel)
    {
    }
}
