package chat

import (
	"strconv"

	"foyer/app/hub"
)

func topic(kind string, id int64) hub.Topic {
	return hub.Topic(kind + "/" + strconv.FormatInt(id, 10))
}
