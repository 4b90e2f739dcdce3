using System.Reflection;
using System.Reflection.Emit;

namespace DataSpace.Architecture;

/// <summary>
/// What compiled types touch: every type in their fields, signatures, local variables and instructions, type arguments included. Nested types (and so
/// lambdas and async bodies) count to their outermost type. No spelling in source escapes; only reflection at run time would.
/// </summary>
internal static class CompiledCode
{
    private const BindingFlags All = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<short, OpCode> OpCodesByValue = typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(f => (OpCode)f.GetValue(null)!).ToDictionary(o => o.Value);

    /// <summary>Types that one of our outermost types touches.</summary>
    public static HashSet<Type> TouchedBy(Type outermost)
    {
        var found = new HashSet<Type>();
        foreach (var type in WithNested(outermost))
        {
            Add(found, type.BaseType);
            foreach (var implemented in type.GetInterfaces())
                Add(found, implemented);
            foreach (var field in type.GetFields(All))
                Add(found, field.FieldType);
            foreach (var method in Methods(type))
            {
                AddSignature(found, method);
                foreach (var local in method.GetMethodBody()?.LocalVariables ?? [])
                    Add(found, local.LocalType);
                foreach (var member in Mentioned(method))
                    AddMember(found, member);
            }
        }
        return found;
    }

    /// <summary>Types whose constructors one of our outermost types calls.</summary>
    public static HashSet<Type> ConstructedBy(Type outermost)
        => [.. WithNested(outermost).SelectMany(Methods).SelectMany(Mentioned).OfType<ConstructorInfo>().Select(c => c.DeclaringType!)];

    /// <summary>Whether one of our outermost types calls a method; the type that declares it does not count.</summary>
    public static bool IsCalledBy(Type outermost, MethodInfo called)
        => outermost != called.DeclaringType && WithNested(outermost).SelectMany(Methods).SelectMany(Mentioned).OfType<MethodInfo>().Any(m => m.HasSameMetadataDefinitionAs(called));

    private static IEnumerable<Type> WithNested(Type type) => type.GetNestedTypes(All).SelectMany(WithNested).Prepend(type);

    private static IEnumerable<MethodBase> Methods(Type type) => type.GetMethods(All).Cast<MethodBase>().Concat(type.GetConstructors(All));

    private static void AddMember(HashSet<Type> found, MemberInfo member)
    {
        Add(found, member as Type ?? member.DeclaringType);
        if (member is MethodBase method)
            AddSignature(found, method);
        if (member is FieldInfo field)
            Add(found, field.FieldType);
    }

    private static void AddSignature(HashSet<Type> found, MethodBase method)
    {
        foreach (var parameter in method.GetParameters())
            Add(found, parameter.ParameterType);
        if (method is MethodInfo { ReturnType: var returned })
            Add(found, returned);
        if (method.IsGenericMethod)
        {
            foreach (var argument in method.GetGenericArguments())
                Add(found, argument);
        }
    }

    private static void Add(HashSet<Type> found, Type? type)
    {
        if (type is null || type.IsGenericParameter)
            return;
        if (type.HasElementType)
        {
            Add(found, type.GetElementType());
            return;
        }
        if (!type.IsGenericType)
        {
            found.Add(type);
            return;
        }
        found.Add(type.GetGenericTypeDefinition());
        foreach (var argument in type.GetGenericArguments())
            Add(found, argument);
    }

    /// <summary>Members that a method's instructions name (ECMA-335, partition III).</summary>
    private static IEnumerable<MemberInfo> Mentioned(MethodBase method)
    {
        var il = method.GetMethodBody()?.GetILAsByteArray() ?? [];
        var ofType = method.DeclaringType is { IsGenericType: true } generic ? generic.GetGenericArguments() : null;
        var ofMethod = method.IsGenericMethod ? method.GetGenericArguments() : null;
        for (var at = 0; at < il.Length;)
        {
            var code = il[at] == 0xFE ? OpCodesByValue[(short)((0xFE << 8) | il[at + 1])] : OpCodesByValue[il[at]];
            at += code.Size;
            if (code.OperandType is OperandType.InlineMethod or OperandType.InlineField or OperandType.InlineType or OperandType.InlineTok)
                yield return method.Module.ResolveMember(BitConverter.ToInt32(il, at), ofType, ofMethod)!;
            at += code.OperandType == OperandType.InlineSwitch ? 4 + (4 * BitConverter.ToInt32(il, at)) : SizeOf(code.OperandType);
        }
    }

    private static int SizeOf(OperandType operand) => operand switch
    {
        OperandType.InlineNone => 0,
        OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
        OperandType.InlineVar => 2,
        OperandType.InlineI8 or OperandType.InlineR => 8,
        _ => 4,
    };
}
