using System.Reflection;
using System.Text;

namespace AtpKeyserver.Tests.Client.Support;

/// <summary>What an assembly lets others see, one line each.</summary>
internal static class ApiListing
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static
        | BindingFlags.DeclaredOnly;

    private static readonly NullabilityInfoContext Nullability = new();

    public static string Of(Assembly assembly)
    {
        var text = new StringBuilder();
        foreach (var type in assembly.GetExportedTypes().OrderBy(type => type.FullName, StringComparer.Ordinal))
        {
            text.Append(Head(type)).Append('\n');
            foreach (var line in Members(type).Order(StringComparer.Ordinal))
                text.Append("    ").Append(line).Append('\n');
        }

        return text.ToString();
    }

    private static string Head(Type type)
    {
        var kind = type.IsEnum ? "enum"
            : type.IsSubclassOf(typeof(Delegate)) ? "delegate"
            : type.IsInterface ? "interface"
            : type.GetMethod("<Clone>$") is not null ? "record"
            : "class";
        var modifiers = type is { IsAbstract: true, IsSealed: true } ? "static "
            : type.IsAbstract ? "abstract "
            : type.IsSealed ? "sealed "
            : "";
        var bases = type.BaseType is { } parent && parent != typeof(object) && !type.IsEnum
            && kind != "delegate" ? $" : {Name(parent)}" : "";
        return $"{modifiers}{kind} {Name(type)}{bases}";
    }

    private static IEnumerable<string> Members(Type type)
    {
        if (type.IsEnum)
            return Enum.GetNames(type).Select(name => $"{name} = {(int)Enum.Parse(type, name)}");
        if (type.IsSubclassOf(typeof(Delegate)))
            return [Signature(type.GetMethod("Invoke")!)];
        var isRecord = type.GetMethod("<Clone>$") is not null;
        return type.GetMembers(Declared)
            .Where(member => IsVisible(member) && !(isRecord && IsOfRecords(member)))
            .Select(Line);
    }

    private static string Line(MemberInfo member) => member switch
    {
        ConstructorInfo constructor => $"new({Parameters(constructor)})",
        PropertyInfo property =>
            $"{Name(property.PropertyType, Nullability.Create(property))} {property.Name} {{ {Accessors(property)} }}",
        FieldInfo { IsLiteral: true } field =>
            $"const {Name(field.FieldType)} {field.Name} = {field.GetRawConstantValue()}",
        FieldInfo field => $"{Name(field.FieldType)} {field.Name}",
        MethodInfo method => Signature(method),
        _ => member.ToString()!,
    };

    private static bool IsVisible(MemberInfo member) => member switch
    {
        MethodInfo { IsSpecialName: true } or Type => false,
        MethodBase method => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly,
        PropertyInfo property => property.GetAccessors().Length > 0,
        FieldInfo field => field.IsPublic || field.IsFamily,
        _ => true,
    };

    /// <summary>What the compiler adds to each.</summary>
    private static bool IsOfRecords(MemberInfo member) =>
        member.Name is "Equals" or "GetHashCode" or "ToString" or "Deconstruct" or "<Clone>$" or "EqualityContract"
            or "PrintMembers"
        || member is ConstructorInfo { IsPublic: false };

    private static string Accessors(PropertyInfo property) =>
        string.Join(' ', property.GetAccessors().Select(Accessor));

    private static string Accessor(MethodInfo accessor) =>
        accessor.ReturnType != typeof(void) ? "get;"
        : accessor.ReturnParameter.GetRequiredCustomModifiers().Contains(
            typeof(System.Runtime.CompilerServices.IsExternalInit)) ? "init;" : "set;";

    private static string Signature(MethodInfo method) =>
        (method.IsStatic ? "static " : "")
            + $"{Name(method.ReturnType, Nullability.Create(method.ReturnParameter))} "
            + $"{method.Name}({Parameters(method)})";

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(parameter =>
        $"{Name(parameter.ParameterType, Nullability.Create(parameter))} {parameter.Name}"
            + (parameter.HasDefaultValue ? $" = {Default(parameter)}" : "")));

    private static string Default(ParameterInfo parameter) => parameter.DefaultValue switch
    {
        null => parameter.ParameterType.IsValueType && Nullable.GetUnderlyingType(parameter.ParameterType) is null
            ? "default"
            : "null",
        bool flag => flag ? "true" : "false",
        var value => value.ToString()!,
    };

    private static string Name(Type type, NullabilityInfo? nullability = null)
    {
        var suffix = nullability?.ReadState == NullabilityState.Nullable && !type.IsValueType ? "?" : "";
        if (Nullable.GetUnderlyingType(type) is { } value)
            return Name(value) + "?";
        if (type.IsArray)
            return Name(type.GetElementType()!) + "[]" + suffix;
        var hasKeyword = type.IsPrimitive || type == typeof(string) || type == typeof(void);
        if (!type.IsGenericType)
            return (hasKeyword ? Keyword(type) : type.Name) + suffix;
        var arguments = type.GetGenericArguments().Select(
            (argument, i) => Name(argument, nullability?.GenericTypeArguments.ElementAtOrDefault(i)));
        return $"{type.Name.Split('`')[0]}<{string.Join(", ", arguments)}>{suffix}";
    }

    private static string Keyword(Type type) => type.Name switch
    {
        "Int32" => "int",
        "Boolean" => "bool",
        "Byte" => "byte",
        "String" => "string",
        "Void" => "void",
        var name => name,
    };
}
