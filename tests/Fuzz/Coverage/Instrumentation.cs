using System.Text;
using Mono.Cecil;
using Mono.Cecil.Cil;
using Mono.Cecil.Rocks;

namespace AtpKeyserver.Tests.Fuzz.Coverage;

/// <summary>
/// Inserts a call of <see cref="Trace.Hit"/> at the start of every basic block of an assembly, and collects its string
/// literals.
/// </summary>
internal sealed class Instrumentation
{
    private const int MaxWord = 48;

    private readonly HashSet<string> _words = new(StringComparer.Ordinal);

    /// <summary>The type of each block.</summary>
    public List<string> TypeOfBlock { get; } = [];

    /// <summary>Short string literals in the code: inputs should contain what the code compares with.</summary>
    public IReadOnlyCollection<string> Words => _words;

    public MemoryStream Instrument(string path)
    {
        using var resolver = new DefaultAssemblyResolver();
        resolver.AddSearchDirectory(Path.GetDirectoryName(path));
        using var module = ModuleDefinition.ReadModule(path, new ReaderParameters { AssemblyResolver = resolver });
        var hit = module.ImportReference(typeof(Trace).GetMethod(nameof(Trace.Hit)));
        foreach (var type in module.GetTypes())
        {
            foreach (var field in type.Fields.Where(field => field.InitialValue.Length > 0))
                AddWord(field.InitialValue);
            foreach (var method in type.Methods.Where(method => method.HasBody))
                Instrument(method.Body, hit, Outermost(type));
        }

        var instrumented = new MemoryStream();
        module.Write(instrumented);
        instrumented.Position = 0;
        return instrumented;
    }

    private void Instrument(MethodBody body, MethodReference hit, string type)
    {
        body.SimplifyMacros();
        foreach (var literal in body.Instructions.Where(i => i.OpCode == OpCodes.Ldstr))
            AddWord((string)literal.Operand);
        var il = body.GetILProcessor();
        var firsts = new Dictionary<Instruction, Instruction>();
        foreach (var leader in Leaders(body))
        {
            var first = il.Create(OpCodes.Ldc_I4, TypeOfBlock.Count);
            TypeOfBlock.Add(type);
            il.InsertBefore(leader, first);
            il.InsertBefore(leader, il.Create(OpCodes.Call, hit));
            firsts[leader] = first;
        }

        Instruction? First(Instruction? old) => old is not null && firsts.TryGetValue(old, out var first) ? first : old;
        foreach (var instruction in body.Instructions)
        {
            if (instruction.Operand is Instruction target)
                instruction.Operand = First(target);
            else if (instruction.Operand is Instruction[] targets)
                instruction.Operand = Array.ConvertAll(targets, t => First(t)!);
        }

        foreach (var handler in body.ExceptionHandlers)
        {
            (handler.TryStart, handler.TryEnd) = (First(handler.TryStart), First(handler.TryEnd));
            (handler.HandlerStart, handler.HandlerEnd) = (First(handler.HandlerStart), First(handler.HandlerEnd));
            handler.FilterStart = First(handler.FilterStart);
        }

        body.OptimizeMacros();
    }

    private static List<Instruction> Leaders(MethodBody body)
    {
        var leaders = new HashSet<Instruction> { body.Instructions[0] };
        foreach (var instruction in body.Instructions)
        {
            if (instruction.Operand is Instruction target)
                leaders.Add(target);
            else if (instruction.Operand is Instruction[] targets)
                leaders.UnionWith(targets);
            if (instruction.OpCode.FlowControl == FlowControl.Cond_Branch && instruction.Next is { } next)
                leaders.Add(next);
        }

        foreach (var handler in body.ExceptionHandlers)
        {
            leaders.Add(handler.HandlerStart);
            if (handler.FilterStart is { } filter)
                leaders.Add(filter);
        }

        return [.. body.Instructions.Where(leaders.Contains)];
    }

    private void AddWord(byte[] data)
    {
        if (data.Length <= MaxWord && data.All(b => b is >= 0x20 and < 0x7F or 0))
            AddWord(Encoding.ASCII.GetString(data).TrimEnd('\0'));
    }

    private void AddWord(string text)
    {
        // Sentences are messages for people.
        if (text.Length is > 0 and <= MaxWord && !text.Contains(' ', StringComparison.Ordinal))
            _words.Add(text);
    }

    private static string Outermost(TypeDefinition type)
    {
        while (type.DeclaringType is { } outer)
            type = outer;
        return type.FullName;
    }
}
