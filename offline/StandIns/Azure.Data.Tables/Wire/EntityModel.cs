using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.Serialization;

namespace Azure.Data.Tables.Wire;

/// <summary>
/// A class of the caller's as a row: one column per public property that can be read and written, renamed by
/// <see cref="DataMemberAttribute"/>, left out by <see cref="IgnoreDataMemberAttribute"/>.
/// <see cref="TableEntity"/> takes the short way and is the fast one.
/// </summary>
internal static class EntityModel
{
    private static readonly ConcurrentDictionary<Type, (string Column, PropertyInfo Property)[]> Models = new();

    public static Dictionary<string, object> ColumnsOf(ITableEntity entity)
    {
        if (entity is TableEntity row)
            return row.Columns;
        var columns = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            [ColumnName.PartitionKey] = entity.PartitionKey,
            [ColumnName.RowKey] = entity.RowKey,
        };
        foreach (var (column, property) in ModelOf(entity.GetType()))
            columns[column] = property.GetValue(entity);
        return columns;
    }

    public static T Create<T>(TableEntity row)
        where T : class, ITableEntity
    {
        var entity = Activator.CreateInstance<T>();
        entity.PartitionKey = row.PartitionKey;
        entity.RowKey = row.RowKey;
        entity.Timestamp = row.Timestamp;
        entity.ETag = row.ETag;
        foreach (var (column, property) in ModelOf(typeof(T)))
        {
            if (row.TryGetValue(column, out var value) && value is not null)
                property.SetValue(entity, Fit(value, Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType));
        }

        return entity;
    }

    private static object Fit(object value, Type type) => value switch
    {
        int number when type == typeof(long) => (long)number,
        int number when type == typeof(double) => (double)number,
        long number when type == typeof(ulong) => checked((ulong)number),
        DateTimeOffset date when type == typeof(DateTime) => date.UtcDateTime,
        byte[] bytes when type == typeof(BinaryData) => new BinaryData(bytes),
        _ => value,
    };

    private static (string Column, PropertyInfo Property)[] ModelOf(Type type) => Models.GetOrAdd(type, static type =>
        [.. type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property is { CanRead: true, CanWrite: true }
                && property.GetIndexParameters().Length == 0
                && typeof(ITableEntity).GetProperty(property.Name) is null
                && !property.IsDefined(typeof(IgnoreDataMemberAttribute)))
            .Select(property => (property.GetCustomAttribute<DataMemberAttribute>()?.Name ?? property.Name, property))]);
}
