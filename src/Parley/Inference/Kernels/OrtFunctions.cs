using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace Parley.Inference.Kernels;

/// <summary>The functions of ONNX Runtime's C API that operators of one's own need; its C# API has none of them.</summary>
internal static unsafe partial class OrtFunctions
{
    // The first with everything that is called here; later ones only add to it.
    public const uint ApiVersion = 17;

    private static readonly OrtApi Api = *(OrtApi*)((delegate* unmanaged<uint, nint>)((OrtApiBase*)OrtGetApiBase())->GetApi)(ApiVersion);

    public static nint CreateDomain(string name)
    {
        nint text = Marshal.StringToCoTaskMemUTF8(name), domain;
        Check(((delegate* unmanaged<nint, nint*, nint>)Api.CreateCustomOpDomain)(text, &domain));
        return domain;
    }

    public static void AddOperator(nint domain, void* description) => Check(((delegate* unmanaged<nint, void*, nint>)Api.CustomOpDomain_Add)(domain, description));

    public static void AddDomain(nint session, nint domain) => Check(((delegate* unmanaged<nint, nint, nint>)Api.AddCustomOpDomain)(session, domain));

    /// <summary>A number that a node says about itself.</summary>
    public static long Attribute(nint info, string name)
    {
        long value;
        nint text = Marshal.StringToCoTaskMemUTF8(name);
        nint status = ((delegate* unmanaged<nint, nint, long*, nint>)Api.KernelInfoGetAttribute_int64)(info, text, &value);
        Marshal.FreeCoTaskMem(text);
        Check(status);
        return value;
    }

    /// <summary>An input of the operator that runs.</summary>
    /// <param name="context">The run.</param>
    /// <param name="index">Its number.</param>
    /// <param name="axes">Its axes.</param>
    /// <returns>Null when it is missing.</returns>
    public static void* Input(nint context, int index, out long[] axes)
    {
        nint tensor;
        Check(((delegate* unmanaged<nint, nuint, nint*, nint>)Api.KernelContext_GetInput)(context, (nuint)index, &tensor));
        if (tensor == 0)
        {
            axes = [];
            return null;
        }

        nint shape;
        Check(((delegate* unmanaged<nint, nint*, nint>)Api.GetTensorTypeAndShape)(tensor, &shape));
        nuint rank;
        nint failure = ((delegate* unmanaged<nint, nuint*, nint>)Api.GetDimensionsCount)(shape, &rank);
        axes = failure == 0 ? new long[rank] : [];
        fixed (long* lengths = axes)
        {
            if (failure == 0)
                failure = ((delegate* unmanaged<nint, long*, nuint, nint>)Api.GetDimensions)(shape, lengths, rank);
        }

        ((delegate* unmanaged<nint, void>)Api.ReleaseTensorTypeAndShapeInfo)(shape);
        Check(failure);
        return Data(tensor);
    }

    /// <summary>Makes the first output of the operator that runs.</summary>
    public static void* Output(nint context, ReadOnlySpan<long> axes)
    {
        nint tensor;
        fixed (long* lengths = axes)
            Check(((delegate* unmanaged<nint, nuint, long*, nuint, nint*, nint>)Api.KernelContext_GetOutput)(context, 0, lengths, (nuint)axes.Length, &tensor));
        return Data(tensor);
    }

    /// <summary>Runs something for the numbers 0 to total on the threads of the session.</summary>
    public static void ParallelFor(nint context, delegate* unmanaged<void*, nuint, void> body, int total, void* state)
        => Check(((delegate* unmanaged<nint, delegate* unmanaged<void*, nuint, void>, nuint, nuint, void*, nint>)Api.KernelContext_ParallelFor)(context, body, (nuint)total, 0, state));

    /// <summary>What an operator answers that could not do its work.</summary>
    public static nint Failure(string message)
    {
        const int Fail = 1;
        nint text = Marshal.StringToCoTaskMemUTF8(message);
        nint status = ((delegate* unmanaged<int, nint, nint>)Api.CreateStatus)(Fail, text);
        Marshal.FreeCoTaskMem(text);
        return status;
    }

    private static void* Data(nint tensor)
    {
        void* data;
        Check(((delegate* unmanaged<nint, void**, nint>)Api.GetTensorMutableData)(tensor, &data));
        return data;
    }

    private static void Check(nint status)
    {
        if (status == 0)
            return;
        string message = Marshal.PtrToStringUTF8(((delegate* unmanaged<nint, nint>)Api.GetErrorMessage)(status)) ?? "unknown";
        ((delegate* unmanaged<nint, void>)Api.ReleaseStatus)(status);
        throw new InvalidOperationException($"ONNX Runtime refused a call: {message}");
    }

    [LibraryImport("onnxruntime")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories)]
    private static partial nint OrtGetApiBase();
}
