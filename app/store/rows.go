package store

import (
	"context"
	"database/sql"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/schema"
)

// shapes are how many rows a statement of the writer may have, most first. Whatever a batch holds is
// cut into these, so that a handful of texts does it all and the driver prepares each once.
var shapes = []int{64, 16, 4, 1}

// inShapes hands over a list in parts of the sizes in shapes.
func inShapes[T any](list []T, do func(part []T) error) error {
	for _, size := range shapes {
		for ; len(list) >= size; list = list[size:] {
			if err := do(list[:size]); err != nil {
				return err
			}
		}
	}
	return nil
}

// shaped makes the texts of a statement that has one list of rows in it, where format has %s. A row
// consists of the given columns, each with one ?. Parameters are numbered: both databases take that.
func shaped(format string, columns []string) map[int]string {
	texts := map[int]string{}
	for _, size := range shapes {
		var rows strings.Builder
		n := 0
		for i := range size {
			rows.WriteString([]string{"(", ", ("}[min(i, 1)])
			for j, column := range columns {
				if j > 0 {
					rows.WriteString(", ")
				}
				n++
				rows.WriteString(strings.Replace(column, "?", "$"+strconv.Itoa(n), 1))
			}
			rows.WriteString(")")
		}
		texts[size] = fmt.Sprintf(format, rows.String())
	}
	return texts
}

// table inserts rows of one kind, many at a time, with less ado than GORM.
type table struct {
	texts  map[int]string
	fields []*schema.Field
}

// tableOf prepares inserting rows like this one. A key that the database counts is left to it, and not
// read back.
func tableOf(db *gorm.DB, row any) (*table, error) {
	s, err := schemaOf(db, row)
	if err != nil {
		return nil, err
	}
	t := &table{}
	var marks []string
	var names []string
	for _, name := range s.DBNames {
		field := s.FieldsByDBName[name]
		if field.AutoIncrement {
			continue
		}
		t.fields, names, marks = append(t.fields, field), append(names, name), append(marks, "?")
	}
	t.texts = shaped("INSERT INTO "+s.Table+" ("+strings.Join(names, ", ")+") VALUES %s", marks)
	return t, nil
}

// whole updates every column of a row, again with less ado than GORM.
type whole struct {
	text   string
	fields []*schema.Field
}

// wholeOf prepares updating rows like this one, but for the key, where the columns in guard have the
// values given.
func wholeOf(db *gorm.DB, row any, guard ...string) (*whole, error) {
	s, err := schemaOf(db, row)
	if err != nil {
		return nil, err
	}
	u := &whole{}
	var sets []string
	for _, name := range s.DBNames {
		if field := s.FieldsByDBName[name]; !field.PrimaryKey {
			u.fields = append(u.fields, field)
			sets = append(sets, fmt.Sprintf("%s = $%d", name, len(u.fields)))
		}
	}
	for i, name := range guard {
		guard[i] = fmt.Sprintf("%s = $%d", name, len(u.fields)+i+1)
	}
	u.text = "UPDATE " + s.Table + " SET " + strings.Join(sets, ", ") + " WHERE " + strings.Join(guard, " AND ")
	return u, nil
}

// update writes a row, a pointer to a struct, and returns how many there were.
func (u *whole) update(ctx context.Context, db gorm.ConnPool, row any, guard ...any) (int64, error) {
	args := make([]any, 0, len(u.fields)+len(guard))
	value := reflect.ValueOf(row)
	for _, field := range u.fields {
		column, _ := field.ValueOf(ctx, value)
		args = append(args, column)
	}
	res, err := db.ExecContext(ctx, u.text, append(args, guard...)...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// insertAll stores rows, pointers to structs of the table's kind.
func insertAll[T any](ctx context.Context, db gorm.ConnPool, t *table, rows []*T) error {
	args := make([]any, 0, min(len(rows), shapes[0])*len(t.fields))
	return inShapes(rows, func(part []*T) error {
		args = args[:0]
		for _, row := range part {
			value := reflect.ValueOf(row)
			for _, field := range t.fields {
				column, _ := field.ValueOf(ctx, value)
				args = append(args, column)
			}
		}
		_, err := db.ExecContext(ctx, t.texts[len(part)], args...)
		return err
	})
}

func schemaOf(db *gorm.DB, row any) (*schema.Schema, error) {
	s := gorm.Statement{DB: db}
	if err := s.Parse(row); err != nil {
		return nil, err
	}
	return s.Schema, nil
}

// readAll reads what a query brings as GORM's Scan would, in half the time: where each column
// belongs is looked up once, not for every row.
func readAll[T any](query *gorm.DB) (list []T, err error) {
	rows, err := query.Rows()
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var row T
	into, decode, err := places(query, rows, &row)
	if err != nil {
		return nil, err
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return nil, err
		}
		if err := decode(); err != nil {
			return nil, err
		}
		list = append(list, row)
	}
	return list, rows.Err()
}

// places returns where the columns of a query belong in a row, and what is to be done after each
// scan for those that are stored otherwise than they are held, such as lists.
func places(db *gorm.DB, rows *sql.Rows, row any) (into []any, decode func() error, err error) {
	columns, err := rows.Columns()
	if err != nil {
		return nil, nil, err
	}
	s, err := schemaOf(db, row)
	if err != nil {
		return nil, nil, err
	}
	value := reflect.ValueOf(row).Elem()
	var encoded []func() error
	for _, column := range columns {
		field := s.LookUpField(column)
		switch {
		case field == nil:
			into = append(into, new(any)) // as GORM does
		case field.Serializer == nil:
			into = append(into, field.ReflectValueOf(db.Statement.Context, value).Addr().Interface())
		default:
			scanned := field.NewValuePool.Get()
			into = append(into, scanned)
			encoded = append(encoded, func() error { return field.Set(db.Statement.Context, value, scanned) })
		}
	}
	return into, func() error {
		for _, f := range encoded {
			if err := f(); err != nil {
				return err
			}
		}
		return nil
	}, nil
}
