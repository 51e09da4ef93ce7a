using System.Collections.Immutable;
using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace Parley.Tests.Architecture;

/// <summary>Reads from a compiled assembly which type uses which (ECMA-335, partitions II.22 to II.25 and III).</summary>
internal sealed class TypeUseReader : ISignatureTypeProvider<TypeUseReader.Nothing, TypeUseReader.Nothing>
{
    private static readonly Dictionary<ushort, OpCode> OpCodesByValue = typeof(OpCodes).GetFields()
        .Select(field => field.GetValue(null)).OfType<OpCode>().ToDictionary(code => (ushort)code.Value);

    private readonly MetadataReader _metadata;
    private readonly PEReader _image;
    private readonly string _assembly;
    private readonly HashSet<TypeUse> _uses = [];
    private string _from = "";

    private TypeUseReader(PEReader image)
    {
        _image = image;
        _metadata = image.GetMetadataReader();
        _assembly = _metadata.GetString(_metadata.GetAssemblyDefinition().Name);
    }

    /// <summary>Signatures are walked for the types they mention; nothing is built from them.</summary>
    internal readonly struct Nothing;

    /// <summary>All uses, each once.</summary>
    public static IReadOnlyCollection<TypeUse> Read(string path)
    {
        using PEReader image = new(File.OpenRead(path));
        TypeUseReader reader = new(image);
        foreach (TypeDefinitionHandle handle in reader._metadata.TypeDefinitions)
            reader.ReadType(handle);
        return reader._uses;
    }

    /// <summary>Names of the assemblies that an assembly refers to.</summary>
    public static IReadOnlyList<string> ReferencedAssemblies(string path)
    {
        using PEReader image = new(File.OpenRead(path));
        MetadataReader metadata = image.GetMetadataReader();
        return [.. metadata.AssemblyReferences.Select(handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name))];
    }

    private void ReadType(TypeDefinitionHandle handle)
    {
        TypeDefinition type = _metadata.GetTypeDefinition(handle);
        _from = NameOf(handle);
        Use(type.BaseType);
        foreach (InterfaceImplementationHandle implementation in type.GetInterfaceImplementations())
            Use(_metadata.GetInterfaceImplementation(implementation).Interface);
        ReadConstraints(type.GetGenericParameters());
        ReadAttributes(type.GetCustomAttributes());
        foreach (FieldDefinitionHandle fieldHandle in type.GetFields())
        {
            FieldDefinition field = _metadata.GetFieldDefinition(fieldHandle);
            field.DecodeSignature(this, default);
            ReadAttributes(field.GetCustomAttributes());
        }

        foreach (PropertyDefinitionHandle property in type.GetProperties())
            ReadAttributes(_metadata.GetPropertyDefinition(property).GetCustomAttributes());
        foreach (MethodDefinitionHandle method in type.GetMethods())
            ReadMethod(_metadata.GetMethodDefinition(method));
    }

    private void ReadMethod(MethodDefinition method)
    {
        method.DecodeSignature(this, default);
        ReadConstraints(method.GetGenericParameters());
        ReadAttributes(method.GetCustomAttributes());
        if (method.RelativeVirtualAddress == 0)
            return;

        MethodBodyBlock body = _image.GetMethodBody(method.RelativeVirtualAddress);
        if (!body.LocalSignature.IsNil)
            _metadata.GetStandaloneSignature(body.LocalSignature).DecodeLocalSignature(this, default);
        foreach (ExceptionRegion region in body.ExceptionRegions)
            Use(region.CatchType);
        ReadInstructions(body.GetILReader());
    }

    private void ReadInstructions(BlobReader il)
    {
        while (il.RemainingBytes > 0)
        {
            ushort value = il.ReadByte();
            if (value == 0xFE)
                value = (ushort)((value << 8) | il.ReadByte());
            switch (OpCodesByValue[value].OperandType)
            {
                case OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineTok or OperandType.InlineType or OperandType.InlineSig:
                    Use(MetadataTokens.EntityHandle(il.ReadInt32()));
                    break;
                case OperandType.InlineSwitch:
                    int targets = il.ReadInt32();
                    il.Offset += targets * sizeof(int);
                    break;
                case OperandType.InlineI8 or OperandType.InlineR:
                    il.Offset += 8;
                    break;
                case OperandType.InlineVar:
                    il.Offset += 2;
                    break;
                case OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar:
                    il.Offset += 1;
                    break;
                case OperandType.InlineNone:
                    break;
                default: // branch target, 32-bit integer or float, string
                    il.Offset += 4;
                    break;
            }
        }
    }

    private void ReadConstraints(GenericParameterHandleCollection parameters)
    {
        foreach (GenericParameterHandle parameter in parameters)
        {
            foreach (GenericParameterConstraintHandle constraint in _metadata.GetGenericParameter(parameter).GetConstraints())
                Use(_metadata.GetGenericParameterConstraint(constraint).Type);
        }
    }

    private void ReadAttributes(CustomAttributeHandleCollection attributes)
    {
        foreach (CustomAttributeHandle attribute in attributes)
            Use(_metadata.GetCustomAttribute(attribute).Constructor);
    }

    private void Use(EntityHandle handle)
    {
        if (handle.IsNil)
            return;
        switch (handle.Kind)
        {
            case HandleKind.TypeDefinition:
                Add(NameOf((TypeDefinitionHandle)handle), _assembly);
                break;
            case HandleKind.TypeReference:
                UseReference((TypeReferenceHandle)handle);
                break;
            case HandleKind.TypeSpecification:
                _metadata.GetTypeSpecification((TypeSpecificationHandle)handle).DecodeSignature(this, default);
                break;
            case HandleKind.MethodDefinition:
                Use(_metadata.GetMethodDefinition((MethodDefinitionHandle)handle).GetDeclaringType());
                break;
            case HandleKind.FieldDefinition:
                Use(_metadata.GetFieldDefinition((FieldDefinitionHandle)handle).GetDeclaringType());
                break;
            case HandleKind.MemberReference:
                MemberReference member = _metadata.GetMemberReference((MemberReferenceHandle)handle);
                Use(member.Parent);
                if (member.GetKind() == MemberReferenceKind.Method)
                    member.DecodeMethodSignature(this, default);
                else
                    member.DecodeFieldSignature(this, default);
                break;
            case HandleKind.MethodSpecification:
                MethodSpecification method = _metadata.GetMethodSpecification((MethodSpecificationHandle)handle);
                Use(method.Method);
                method.DecodeSignature(this, default);
                break;
            case HandleKind.StandaloneSignature:
                _metadata.GetStandaloneSignature((StandaloneSignatureHandle)handle).DecodeMethodSignature(this, default);
                break;
            default:
                throw new InvalidDataException($"{_from} holds a token of kind {handle.Kind}.");
        }
    }

    private void UseReference(TypeReferenceHandle handle)
    {
        TypeReference reference = _metadata.GetTypeReference(handle);
        while (reference.ResolutionScope.Kind == HandleKind.TypeReference)
            reference = _metadata.GetTypeReference((TypeReferenceHandle)reference.ResolutionScope);
        string assembly = reference.ResolutionScope.Kind == HandleKind.AssemblyReference
            ? _metadata.GetString(_metadata.GetAssemblyReference((AssemblyReferenceHandle)reference.ResolutionScope).Name)
            : _assembly;
        Add(FullName(reference.Namespace, reference.Name), assembly);
    }

    private string NameOf(TypeDefinitionHandle handle)
    {
        TypeDefinition type = _metadata.GetTypeDefinition(handle);
        while (!type.GetDeclaringType().IsNil)
            type = _metadata.GetTypeDefinition(type.GetDeclaringType());
        return FullName(type.Namespace, type.Name);
    }

    private string FullName(StringHandle space, StringHandle name)
        => space.IsNil ? _metadata.GetString(name) : $"{_metadata.GetString(space)}.{_metadata.GetString(name)}";

    private void Add(string to, string assembly)
    {
        if (to != _from)
            _uses.Add(new TypeUse(_from, to, assembly));
    }

    Nothing ISignatureTypeProvider<Nothing, Nothing>.GetFunctionPointerType(MethodSignature<Nothing> signature) => default;

    Nothing ISignatureTypeProvider<Nothing, Nothing>.GetGenericMethodParameter(Nothing genericContext, int index) => default;

    Nothing ISignatureTypeProvider<Nothing, Nothing>.GetGenericTypeParameter(Nothing genericContext, int index) => default;

    Nothing ISignatureTypeProvider<Nothing, Nothing>.GetModifiedType(Nothing modifier, Nothing unmodifiedType, bool isRequired) => default;

    Nothing ISignatureTypeProvider<Nothing, Nothing>.GetPinnedType(Nothing elementType) => default;

    Nothing ISignatureTypeProvider<Nothing, Nothing>.GetTypeFromSpecification(MetadataReader reader, Nothing genericContext, TypeSpecificationHandle handle, byte rawTypeKind)
    {
        Use(handle);
        return default;
    }

    Nothing IConstructedTypeProvider<Nothing>.GetArrayType(Nothing elementType, ArrayShape shape) => default;

    Nothing IConstructedTypeProvider<Nothing>.GetByReferenceType(Nothing elementType) => default;

    Nothing IConstructedTypeProvider<Nothing>.GetGenericInstantiation(Nothing genericType, ImmutableArray<Nothing> typeArguments) => default;

    Nothing IConstructedTypeProvider<Nothing>.GetPointerType(Nothing elementType) => default;

    Nothing ISZArrayTypeProvider<Nothing>.GetSZArrayType(Nothing elementType) => default;

    Nothing ISimpleTypeProvider<Nothing>.GetPrimitiveType(PrimitiveTypeCode typeCode) => default;

    Nothing ISimpleTypeProvider<Nothing>.GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind)
    {
        Use(handle);
        return default;
    }

    Nothing ISimpleTypeProvider<Nothing>.GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind)
    {
        Use(handle);
        return default;
    }
}
