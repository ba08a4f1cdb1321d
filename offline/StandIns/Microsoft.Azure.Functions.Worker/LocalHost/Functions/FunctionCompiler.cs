using System.Linq.Expressions;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.Azure.Functions.Worker.LocalHost.Functions;

/// <summary>Turns a method into a delegate, once, so that a call needs no reflection.</summary>
internal static class FunctionCompiler
{
    private static readonly ParameterExpression Services = Expression.Parameter(typeof(IServiceProvider), "services");
    private static readonly ParameterExpression Trigger = Expression.Parameter(typeof(object), "trigger");
    private static readonly ParameterExpression Context = Expression.Parameter(typeof(FunctionContext), "context");
    private static readonly ParameterExpression Cancellation = Expression.Parameter(typeof(CancellationToken), "cancellation");

    /// <exception cref="InvalidOperationException">The class has no constructor to use.</exception>
    internal static FunctionInvoker Compile(MethodInfo method, ParameterInfo trigger)
    {
        var arguments = method.GetParameters().Select(parameter => Argument(parameter, trigger));
        var call = Expression.Call(method.IsStatic ? null : Instance(method.DeclaringType!), method, arguments);
        return Expression.Lambda<FunctionInvoker>(Result(call), Services, Trigger, Context, Cancellation).Compile();
    }

    /// <summary>What the method returns, without its task.</summary>
    internal static Type ResultType(MethodInfo method)
    {
        var type = method.ReturnType;
        if (type == typeof(Task))
            return typeof(void);
        return type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Task<>) ? type.GetGenericArguments()[0] : type;
    }

    private static Expression Argument(ParameterInfo parameter, ParameterInfo trigger)
    {
        if (parameter.Position == trigger.Position)
            return Expression.Convert(Trigger, parameter.ParameterType);
        return parameter.ParameterType == typeof(FunctionContext) ? Context : Cancellation;
    }

    private static UnaryExpression Instance(Type type)
    {
        var factory = ActivatorUtilities.CreateFactory(type, Type.EmptyTypes);
        var made = Expression.Invoke(Expression.Constant(factory), Services, Expression.Constant(Array.Empty<object?>()));
        return Expression.Convert(made, type);
    }

    private static Expression Result(MethodCallExpression call)
    {
        if (call.Type == typeof(void))
            return Expression.Block(call, Expression.Default(typeof(ValueTask<object?>)));
        if (call.Type == typeof(Task))
            return Expression.Call(typeof(FunctionCompiler), nameof(Nothing), null, call);
        return typeof(Task).IsAssignableFrom(call.Type)
            ? Expression.Call(typeof(FunctionCompiler), nameof(Value), [call.Type.GetGenericArguments()[0]], call)
            : Expression.New(typeof(ValueTask<object?>).GetConstructor([typeof(object)])!, Expression.Convert(call, typeof(object)));
    }

    private static ValueTask<object?> Nothing(Task task)
    {
        return task.IsCompletedSuccessfully ? default : Wait(task);

        static async ValueTask<object?> Wait(Task task)
        {
            await task;
            return null;
        }
    }

    private static ValueTask<object?> Value<T>(Task<T> task)
    {
        return task.IsCompletedSuccessfully ? new ValueTask<object?>(task.Result) : Wait(task);

        static async ValueTask<object?> Wait(Task<T> task) => await task;
    }
}
